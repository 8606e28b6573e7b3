import type { Change } from "../data/changes.ts";
import { getHead } from "../data/heads.ts";
import { sendTask } from "../data/tasks.ts";

/** Seconds until it is looked whether the request that ended a membership came to its end: none runs longer than 29. */
const requestSeconds = 60;

/** Rooms that are deleted for good: the removal of what they held ends memberships by the hundred. */
const gone = new Set<string>();
const goneLimit = 1000;

const isGone = async (roomId: string): Promise<boolean> => {
  if (gone.has(roomId)) return true;
  const head = await getHead(roomId);
  const isDeleted = head?.status === "deleted";
  // A direct room may be opened again.
  if (isDeleted && head.type !== "direct") {
    if (gone.size === goneLimit) gone.clear();
    gone.add(roomId);
  }
  return isDeleted;
};

/**
 * A membership ended: whoever ended it takes the member off the lists of the room too, and may have been cut off before.
 * Not looked at right away, since that is mostly still under way.
 */
export const followRemovedMember = async (change: Change): Promise<void> => {
  if (change.kind !== "member" || change.after || !change.before) return;
  const { membership, chunk } = change.before;
  if (await isGone(membership.roomId)) return;
  await sendTask(
    {
      task: "unlist_member",
      room_id: membership.roomId,
      user_id: membership.userId,
      chunk,
      joined_at: membership.joinedAt,
    },
    requestSeconds,
  );
};
