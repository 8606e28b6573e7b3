import type { Head } from "../data/heads.ts";
import { ApiError, noRoomAccess } from "../kernel/api-error.ts";
import type { MemberRoom } from "./access-room.ts";

/** Why a room takes no message of a member. */
export const sendingRefusal = (head: Head | undefined): ApiError => {
  if (!head || head.status === "deleted") return noRoomAccess();
  if (head.status === "archived")
    return new ApiError("forbidden", "The room is archived: activate it to send messages again.");
  return new ApiError("forbidden", "You can't send messages in this room.");
};

/** Whether the member may send now; sending itself decides by the same, in its first write. */
export const maySend = ({ head, me }: MemberRoom): boolean =>
  head.status === "active" && head.blockedBy.size === 0 && head.permissions[me.role].can_send;

/** Throws `forbidden` unless the member may send now. */
export const accessSending = (room: MemberRoom): void => {
  if (!maySend(room)) throw sendingRefusal(room.head);
};
