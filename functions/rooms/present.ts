import type { LastMessage } from "../../contract/objects/message.ts";
import type { Participant, Room } from "../../contract/objects/room.ts";
import type { User } from "../../contract/objects/user.ts";
import { messageId } from "../kernel/runtime/ids.ts";
import { isPast } from "../kernel/runtime/time.ts";
import { noDetails, type StoredDetails } from "../store/rooms/details.ts";
import type { Head } from "../store/rooms/heads.ts";
import { firstVisibleSeq } from "../store/rooms/history-visibility.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import type { RosterEntry } from "../store/rooms/rosters.ts";
import { countUnread, isReadBy } from "../store/rooms/unread.ts";
import { type People, personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";
import { hasRead, marksSeenByOthers } from "./read-by.ts";

/** The parts of a room's view, all of them read before. */
interface RoomParts {
  readonly head: Head;
  /** The viewer's membership; undefined in a public room that they have not joined. */
  readonly me: Membership | undefined;
  /** The members that are shown, the longest-standing first. */
  readonly members: readonly RosterEntry[];
  /**
   * Members who were read, shown or not. If the last message is the viewer's, members whose marks
   * decide whether it was read.
   */
  readonly trackedReaders: readonly RosterEntry[];
  /** The number of all members, shown or not. */
  readonly memberCount: number;
  /**
   * Memberships of other users: of users in the view, and of tracked readers. Their marks decide
   * whether the viewer's last message was read.
   */
  readonly others: readonly Membership[];
  readonly details: StoredDetails | undefined;
  readonly people: People;
}

function presentLast(
  { head, me, others, trackedReaders }: RoomParts,
  viewerId: string,
  present: (userId: string) => User,
): LastMessage | null {
  const { last } = head;
  if (!last || last.seq < firstVisibleSeq({ head, me })) return null;
  const isRead =
    last.senderId === viewerId
      ? others.some(
          (other) =>
            trackedReaders.some(({ userId }) => userId === other.userId && userId !== viewerId) &&
            hasRead(marksSeenByOthers(head, other), last.seq),
        )
      : me !== undefined && isReadBy(me, last.seq);
  const isDeletedOrExpired = last.isDeleted || isPast(last.expiresAt);
  return {
    id: messageId(head.id, last.seq),
    seq: last.seq,
    content: isDeletedOrExpired ? "" : last.content,
    message_type: last.type,
    sender: present(last.senderId),
    timestamp: last.at,
    is_deleted: isDeletedOrExpired,
    is_read: isRead,
  };
}

/** Presents a member as others see them. */
export function presentParticipant({ userId, role, joinedAt }: RosterEntry, user: User): Participant {
  return {
    ...user,
    id: userId,
    room_role: role,
    joined_at: joinedAt,
  };
}

/** Presents a room as its viewer sees it. Only members see e-mail addresses. */
export function presentRoom(parts: RoomParts, viewerId: string): Room {
  const { head, me, members, people, trackedReaders } = parts;
  const memberIds = new Set([...members, ...trackedReaders, ...parts.others].map((member) => member.userId));
  const present = (userId: string): User =>
    presentUser(
      personOf(people, userId, viewerId),
      userId === viewerId || (me !== undefined && memberIds.has(userId)),
    );
  const details = parts.details ?? noDetails;
  const other = head.pair?.find((userId) => userId !== viewerId);
  return {
    id: head.id,
    name: head.nameInDetails ? details.longName : head.name,
    room_type: head.type,
    description: details.description,
    tags: [...details.tags],
    status: head.status,
    is_active: head.status === "active",
    participants: members.map((member) => presentParticipant(member, present(member.userId))),
    participant_count: parts.memberCount,
    created_by: present(head.createdBy),
    created_at: head.createdAt,
    updated_at: head.updatedAt,
    last_message: presentLast(parts, viewerId, present),
    unread_count: me ? countUnread(me, head.seq) : 0,
    other_user: other === undefined ? null : present(other),
    permissions: head.permissions,
    me: me
      ? {
          role: me.role,
          joined_at: me.joinedAt,
          notifications: me.notifications,
          muted_until: me.mutedUntil,
          read_seq: me.readSeq,
        }
      : null,
    seq: head.seq,
    rev: head.rev,
  };
}
