import type { Change } from "../data/changes.ts";
import { areApart } from "../data/people.ts";
import { getTogether } from "../data/together.ts";
import { notificationId } from "../kernel/ids.ts";
import { tellNotification } from "./tell-notification.ts";

/** Milliseconds that a request which creates a room may take: none runs longer than 29 seconds. */
const requestTime = 60_000;

/**
 * Somebody was added to a room by somebody else, and is notified of it. The room need not be there yet: of a large one,
 * memberships are written first. Throws then, to be called again; a creation that was cut off leaves nothing to tell of.
 */
export const followAddedMember = async (change: Change): Promise<void> => {
  if (change.kind !== "member" || change.before || !change.after) return;
  const { membership, addedBy } = change.after;
  if (addedBy === null) return;
  const { roomId, userId, joinedAt } = membership;
  const { heads, people } = await getTogether({
    heads: [roomId],
    profiles: [addedBy],
    presences: [addedBy, userId],
  });
  const [head] = heads;
  if (!head && Date.now() - Date.parse(joinedAt) < requestTime)
    throw new Error(`The room ${roomId} is still to be created.`);
  if (!head || head.status === "deleted" || areApart(people, addedBy, userId)) return;
  await tellNotification(
    {
      userId,
      id: notificationId(joinedAt, `invite\n${roomId}`),
      type: "group_invite",
      actorId: addedBy,
      roomId,
      seq: null,
      joinedAt,
      isRebuilt: false,
    },
    { message: undefined, people, seesEmail: true },
  );
};
