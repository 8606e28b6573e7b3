import { tellInvitation } from "../notifications/notify-invited.ts";
import type { Change } from "../store/background/changes.ts";

/** Somebody was added to a room by somebody else, and is notified of it. */
export const followAddedMember = async (change: Change): Promise<void> => {
  if (change.kind !== "member" || change.before || !change.after) return;
  const { membership, addedBy } = change.after;
  if (addedBy === null) return;
  const { roomId, userId, joinedAt } = membership;
  await tellInvitation({ roomId, userId, addedBy, joinedAt });
};
