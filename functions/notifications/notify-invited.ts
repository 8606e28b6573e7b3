import { sendTask } from "../store/queues/tasks.ts";
import { isThere } from "../store/rooms/heads.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { areBlocked } from "../store/users/users.ts";
import { type Invitation, notificationOfInvitation, putAndPublishNotification } from "./create.ts";

/**
 * Milliseconds within which a request that creates a room has ended: no request runs longer than 29
 * seconds.
 */
const requestTime = 60_000;

/** Seconds until a task checks again whether a room exists. */
const retryDelay = 5;

/**
 * Notifies a member that another user added them to a room. The room may not exist yet: the
 * creation of a large room writes the memberships before the head. Then a task checks again, until
 * the room exists, or the request that creates it must have ended. An interrupted creation notifies
 * no member.
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
      retryDelay,
    );
  if (!isThere(head) || areBlocked(people, addedBy, userId)) return;
  await putAndPublishNotification(notificationOfInvitation(invitation), {
    message: undefined,
    people,
    // The member sees the e-mail address only while the user who added them is a member too.
    seesEmail: memberships.length > 0,
  });
}
