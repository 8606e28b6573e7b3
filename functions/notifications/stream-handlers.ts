import { runExclusive } from "../kernel/runtime/run-exclusive.ts";
import { isDeletedOrExpired } from "../messages/present.ts";
import type { Change } from "../store/background/changes.ts";
import { notifyEmergency } from "./notify-emergency.ts";
import { notifyInvited } from "./notify-invited.ts";
import { notifyMembers } from "./notify-members.ts";

/**
 * A message was sent: who is concerned, and not there, is notified of it; an edit notifies nobody. Those of one room are
 * followed one after the other, so that one tells its members and the next ones find them told; an emergency waits for
 * none.
 */
export async function onMessageCreated(change: Change): Promise<void> {
  if (change.kind !== "message" || change.before || !change.after || isDeletedOrExpired(change.after)) return;
  const message = change.after;
  if (message.priority === "emergency") await notifyEmergency(message);
  else await runExclusive(message.roomId, () => notifyMembers(message));
}

/** Somebody was added to a room by somebody else, and is notified of it. */
export async function onMemberAdded(change: Change): Promise<void> {
  if (change.kind !== "member" || change.before || !change.after) return;
  const { membership, addedBy } = change.after;
  if (addedBy === null) return;
  const { roomId, userId, joinedAt } = membership;
  await notifyInvited({ roomId, userId, addedBy, joinedAt });
}
