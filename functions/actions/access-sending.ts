import { ApiError, noRoomAccess } from "../kernel/http/api-error.ts";
import type { MemberRoom } from "../rooms/access.ts";
import type { Head } from "../store/rooms/heads.ts";

/** Says nothing of a block: where there is one, this is all that anybody learns. */
const notAllowed = (): ApiError => new ApiError("forbidden", "You can't send messages in this room.");

/** Why a room takes no message of a member. */
export const sendingRefusal = (head: Head | undefined): ApiError => {
  if (!head || head.status === "deleted") return noRoomAccess();
  if (head.status === "archived")
    return new ApiError("forbidden", "The room is archived: activate it to send messages again.");
  return notAllowed();
};

/** Whether the member may send now; sending itself decides by the same, in its first write. */
export const maySend = ({ head, me }: MemberRoom): boolean =>
  head.status === "active" && head.blockedBy.size === 0 && head.permissions[me.role].can_send;

/** Throws `forbidden` unless the member may send now. */
export const accessSending = (room: MemberRoom): void => {
  if (!maySend(room)) throw sendingRefusal(room.head);
};

/**
 * Throws `forbidden` where one of the two of a direct room has blocked the other: no word passes, by an edit neither, and
 * nothing that they could call the other with again and again.
 */
export const accessUnblocked = ({ head }: MemberRoom): void => {
  if (head.blockedBy.size > 0) throw notAllowed();
};
