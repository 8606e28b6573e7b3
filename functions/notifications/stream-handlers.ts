import { inTurn } from "../kernel/runtime/in-turn.ts";
import { isGone } from "../messages/present.ts";
import type { Change } from "../store/background/changes.ts";
import { notifyEmergency } from "./notify-emergency.ts";
import { tellInvitation } from "./notify-invited.ts";
import { notifyMembers } from "./notify-members.ts";

/**
 * A message was sent: who is concerned, and not there, is notified of it; an edit notifies nobody. Those of one room are
 * followed one after the other, so that one tells its members and the next ones find them told; an emergency waits for
 * none.
 */
export const followNewMessage = async (change: Change): Promise<void> => {
  if (change.kind !== "message" || change.before || !change.after || isGone(change.after)) return;
  const message = change.after;
  if (message.priority === "emergency") await notifyEmergency(message);
  else await inTurn(message.roomId, () => notifyMembers(message));
};

/** Somebody was added to a room by somebody else, and is notified of it. */
export const followAddedMember = async (change: Change): Promise<void> => {
  if (change.kind !== "member" || change.before || !change.after) return;
  const { membership, addedBy } = change.after;
  if (addedBy === null) return;
  const { roomId, userId, joinedAt } = membership;
  await tellInvitation({ roomId, userId, addedBy, joinedAt });
};
