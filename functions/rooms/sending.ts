/**
 * Sending to a room: whether a member may, and the error if not. `takeSeq` in store/rooms/heads.ts
 * decides a send by the same rule, in a condition of its write, and `sendingRefusal` gives the
 * error. The other functions check what comes before a send, or changes its message later.
 */
import { ApiError, noRoomAccess } from "../kernel/http/api-error.ts";
import { type Head, isBlocked, isThere } from "../store/rooms/heads.ts";
import type { MemberRoom } from "./access.ts";

/** Does not mention a block: if there is one, this is all that a user learns. */
function notAllowed(): ApiError {
  return new ApiError("forbidden", "You can't send messages in this room.");
}

/** Returns the error with which a room refuses a member's message. */
export function sendingRefusal(head: Head | undefined): ApiError {
  if (!isThere(head)) return noRoomAccess();
  if (head.status === "archived")
    return new ApiError("forbidden", "The room is archived: activate it to send messages again.");
  return notAllowed();
}

/** Returns whether the member may send now. The first write of a send decides by the same rule. */
export function maySend({ head, me }: MemberRoom): boolean {
  return head.status === "active" && !isBlocked(head) && head.permissions[me.role].can_send;
}

/** Throws `forbidden` unless the member may send now. */
export function accessSending(room: MemberRoom): void {
  if (!maySend(room)) throw sendingRefusal(room.head);
}

/**
 * Throws `forbidden` in a direct room if one member blocks the other. No text may pass, not even by
 * an edit. No event may pass either with which a member could disturb the other again and again.
 */
export function accessUnblocked({ head }: MemberRoom): void {
  if (isBlocked(head)) throw notAllowed();
}
