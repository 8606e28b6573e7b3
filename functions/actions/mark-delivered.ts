import { accessMarkedRoom, notMember } from "../receipts/access.ts";
import { tellOthers } from "../receipts/events.ts";
import type { MemberRoom } from "../rooms/access.ts";
import { standingIn } from "../rooms/read-state.ts";
import { raiseDeliveredMark } from "../store/rooms/marks.ts";

/** Marks everything up to a seq as received, in a room that the caller was given access to. */
export const markRoomDelivered = async ({ head, me }: MemberRoom, upTo: number): Promise<void> => {
  const seq = Math.min(upTo, head.seq);
  // Marks only grow: what was received a moment ago was received.
  if (seq <= me.deliveredSeq) return;
  const marked = await raiseDeliveredMark(head.id, me.userId, seq, standingIn(head));
  if (marked.result === "gone") throw notMember(head);
  if (marked.result === "same") return;
  await tellOthers(head, me.userId, {
    type: "delivered",
    room_id: head.id,
    user_id: me.userId,
    joined_seq: me.joinedSeq,
    up_to_seq: seq,
    delivered_at: marked.at,
  });
};

/** Marks everything up to a seq as received; beyond the last message it means all of them. Throws `forbidden`. */
export const markDelivered = async (userId: string, roomId: string, upTo: number): Promise<void> =>
  markRoomDelivered(await accessMarkedRoom(userId, roomId, upTo), upTo);
