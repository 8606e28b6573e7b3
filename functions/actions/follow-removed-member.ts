import { isRoomGone } from "../rooms/deleted-rooms.ts";
import type { Change } from "../store/background/changes.ts";
import { sendTask } from "../store/queues/tasks.ts";

/** Seconds until it is looked whether the request that ended a membership came to its end: none runs longer than 29. */
const requestSeconds = 60;

/**
 * A membership ended: whoever ended it takes the member off the lists of the room too, and may have been cut off before.
 * Not looked at right away, since that is mostly still under way.
 */
export const followRemovedMember = async (change: Change): Promise<void> => {
  if (change.kind !== "member" || change.after || !change.before) return;
  const { membership, chunk } = change.before;
  if (await isRoomGone(membership.roomId)) return;
  await sendTask(
    {
      task: "unlist_member",
      room_id: membership.roomId,
      user_id: membership.userId,
      chunk,
      joined_at: membership.joinedAt,
      role: membership.role,
    },
    requestSeconds,
  );
};
