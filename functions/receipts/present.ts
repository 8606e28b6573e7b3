import type { MemberMarks } from "../../contract/objects/message.ts";
import { inJoinOrder, type TrackedReaders } from "../rooms/tracked-readers.ts";
import type { Head } from "../store/rooms/heads.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { entriesAhead } from "../store/rooms/unread.ts";

function marksOfMember(member: Membership): MemberMarks {
  return {
    user_id: member.userId,
    joined_seq: member.joinedSeq,
    up_to_seq: member.readSeq,
    read_ahead: [...entriesAhead(member)].sort((one, other) => one - other),
    read_at: member.readAt,
    delivered_up_to_seq: member.deliveredSeq,
    delivered_at: member.deliveredAt,
  };
}

/**
 * Presents the marks that a viewer of a room gets. If all members are tracked, these are the marks
 * of all members, so that a user who is missing has left. Otherwise it is the viewer's own mark
 * alone, because events carry no other (docs/decisions/004-receipts-in-large-rooms.md).
 */
export function presentMarks(
  head: Head,
  { members, all }: TrackedReaders,
  memberships: readonly Membership[],
  me: Membership | undefined,
): MemberMarks[] {
  return inJoinOrder(head, all ? members : [], memberships, me).map(marksOfMember);
}
