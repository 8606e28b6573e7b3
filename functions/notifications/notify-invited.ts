import { sendTask } from "../store/queues/tasks.ts";
import { isThere } from "../store/rooms/heads.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { areBlocked } from "../store/users/users.ts";
import { type Invitation, notificationOfInvitation } from "./compose.ts";
import { putAndPublishNotification } from "./put.ts";

/** Milliseconds that a request which creates a room may take: none runs longer than 29 seconds. */
const requestTime = 60_000;

/** Seconds after which it is looked again whether a room is there. */
const nextLook = 5;

/**
 * Notifies somebody that they were added to a room. The room need not be there yet: of a large one, memberships are written
 * first. Then a task looks again, until it is there, or can't come to be by that request any more: a creation that was cut
 * off leaves nothing to tell of.
 */
export async function notifyInvited(invitation: Invitation): Promise<void> {
  const { roomId, userId, addedBy, joinedAt } = invitation;
  const { heads, memberships, people } = await batchGet({
    heads: [roomId],
    memberships: [[roomId, addedBy]],
    profiles: [addedBy],
    presences: [addedBy, userId],
  });
  const [head] = heads;
  if (!head && Date.now() - Date.parse(joinedAt) < requestTime)
    return sendTask(
      { task: "notify_invited", room_id: roomId, user_id: userId, added_by: addedBy, joined_at: joinedAt },
      nextLook,
    );
  if (!isThere(head) || areBlocked(people, addedBy, userId)) return;
  await putAndPublishNotification(notificationOfInvitation(invitation), {
    message: undefined,
    people,
    // Who has left the room by now shares none.
    seesEmail: memberships.length > 0,
  });
}
