import { ApiError } from "../kernel/http/api-error.ts";
import { messageId } from "../kernel/runtime/ids.ts";
import type { MemberRoom } from "../rooms/access.ts";
import { getHead, type Head, isBlocked, isThere } from "../store/rooms/heads.ts";
import { type MarkResult, markRead, raiseDeliveredMark, raiseReadMark } from "../store/rooms/marks.ts";
import { countUnread, isReadBy, type Reading } from "../store/rooms/unread.ts";
import { accessMarkedRoom, accessSeqs, notMember, seqsOf } from "./access.ts";
import { publishMarks } from "./events.ts";

/** The result of a call that marks messages. */
export interface Marked {
  /** The number of messages that became read. */
  readonly count: number;
  /** Whether there was nothing left to mark. */
  readonly wasRead: boolean;
}

const nothing: Marked = { count: 0, wasRead: true };

type Moved = Extract<MarkResult, { result: "marked" }>;

/** Attempts of a mark that meets other marks and sends of the same member. */
const attempts = 20;

/**
 * Publishes a mark if messages became read. If interrupted before that: the mark is stored, and the
 * other members see it at their next request.
 */
async function publishRead(
  head: Head,
  userId: string,
  { joinedSeq, before, after, at }: Moved,
  seqs: readonly number[] | null,
): Promise<Marked> {
  const lastSeq = Math.max(head.seq, after.readSeq);
  const count = countUnread(before, lastSeq) - countUnread(after, lastSeq);
  if (count > 0)
    await publishMarks(head, userId, {
      type: "read_receipt",
      room_id: head.id,
      user_id: userId,
      message_ids: seqs?.map((seq) => messageId(head.id, seq)) ?? null,
      joined_seq: joinedSeq,
      up_to_seq: after.readSeq,
      read_at: at,
    });
  return { count, wasRead: count === 0 };
}

/** Marks all messages of a room as read, with one read and one write. Throws `forbidden`. */
export async function markRoomRead(userId: string, roomId: string): Promise<Marked> {
  // The read is consistent, because a message that the caller has just received must not stay
  // unread. The membership is not read at all.
  const head = await getHead(roomId, "consistent");
  if (!isThere(head)) throw notMember(head);
  const marked = await raiseReadMark(roomId, userId, head.seq, isBlocked(head));
  if (marked.result === "not_member") throw notMember(head);
  return marked.result === "marked" ? publishRead(head, userId, marked, null) : nothing;
}

/**
 * Writes a mark to a membership that was read a moment ago, and repeats that as long as the
 * membership changes.
 */
async function mark({ head, me }: MemberRoom, reading: Reading): Promise<Moved | undefined> {
  let membership = me;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const marked = await markRead(membership, reading, isBlocked(head));
    if (marked.result === "marked") return marked;
    if (marked.result === "same") return undefined;
    if (marked.result === "not_member") throw notMember(head);
    membership = marked.membership;
  }
  throw new ApiError("unavailable", "Too many marks at once from one member: send this one again.", {
    retryAfter: 1,
  });
}

/**
 * Marks all messages up to a seq as read; a seq beyond the last message means all. Throws
 * `forbidden`.
 */
export async function markReadUpTo(userId: string, roomId: string, seq: number): Promise<Marked> {
  const room = await accessMarkedRoom(userId, roomId, seq);
  const moved = await mark(room, { upTo: Math.min(seq, room.head.seq) });
  return moved ? publishRead(room.head, userId, moved, null) : nothing;
}

/**
 * Marks messages of a room as read: all of them, or none. Throws `forbidden`, or `not_found` for an
 * unknown message.
 */
export async function markMessagesRead(
  userId: string,
  roomId: string,
  messageIds: readonly string[],
): Promise<Marked> {
  const seqs = [...new Set(seqsOf(roomId, messageIds))].sort((one, other) => one - other);
  const room = await accessMarkedRoom(userId, roomId, Math.max(...seqs));
  accessSeqs(room, seqs);
  const moved = await mark(room, { seqs });
  if (!moved) return nothing;
  const newlyRead = seqs.filter((seq) => !isReadBy(moved.before, seq));
  const marked = await publishRead(room.head, userId, moved, newlyRead);
  return { ...marked, wasRead: newlyRead.length === 0 };
}

/** Marks all messages up to a seq as received, in a room to which the caller has access. */
export async function markRoomDelivered({ head, me }: MemberRoom, upTo: number): Promise<void> {
  const seq = Math.min(upTo, head.seq);
  // Marks only grow, so a message that was received a moment ago stays received.
  if (seq <= me.deliveredSeq) return;
  const marked = await raiseDeliveredMark(head.id, me.userId, seq, isBlocked(head));
  if (marked.result === "not_member") throw notMember(head);
  if (marked.result === "same") return;
  await publishMarks(head, me.userId, {
    type: "delivered",
    room_id: head.id,
    user_id: me.userId,
    joined_seq: me.joinedSeq,
    up_to_seq: seq,
    delivered_at: marked.at,
  });
}

/**
 * Marks all messages up to a seq as received; a seq beyond the last message means all. Throws
 * `forbidden`.
 */
export async function markDelivered(userId: string, roomId: string, upTo: number): Promise<void> {
  return markRoomDelivered(await accessMarkedRoom(userId, roomId, upTo), upTo);
}
