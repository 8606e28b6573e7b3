import type { Message } from "../../contract/objects/message.ts";
import type { Slice } from "../kernel/http/page.ts";
import { accessReadableRoom, type ReadableRoom } from "../rooms/access.ts";
import { getMessages, type StoredMessage } from "../store/messages/messages.ts";
import { listPinSeqs } from "../store/messages/pins.ts";
import { listReplySeqs } from "../store/messages/replies.ts";
import { firstVisibleSeq } from "../store/rooms/history-visibility.ts";
import { accessMessage } from "./access.ts";
import { isDeletedOrExpired } from "./present.ts";
import { viewMessages } from "./view.ts";

interface ChosenMessages {
  /** Entries of the list. Each names a message, or was meant to. */
  readonly count: number;
  /** The messages of a page, oldest first; undefined for a message that is not shown. */
  readonly messages: (Message | undefined)[];
}

/**
 * Returns a page of seqs, which are given oldest first. The first page holds the newest ones,
 * oldest first too.
 */
function pageOfSeqs(seqs: readonly number[], { start, size }: Slice): number[] {
  const end = Math.max(0, seqs.length - start);
  return seqs.slice(Math.max(0, end - size), end);
}

/**
 * Returns the messages of a page of seqs as the viewer sees them. Undefined stands for a message
 * that is missing or does not pass `isChosen`.
 */
async function viewChosen(
  room: ReadableRoom,
  viewerId: string,
  seqs: readonly number[],
  isChosen: (message: StoredMessage) => boolean,
): Promise<(Message | undefined)[]> {
  const stored = (await getMessages(room.head.id, seqs)).filter(isChosen);
  const views = await viewMessages(room, viewerId, stored);
  const bySeq = new Map(views.map((message) => [message.seq, message]));
  return seqs.map((seq) => bySeq.get(seq));
}

function visible(room: ReadableRoom, seqs: readonly number[]): number[] {
  const first = firstVisibleSeq(room);
  return seqs.filter((seq) => seq >= first);
}

/**
 * Returns the replies to a message. The cost grows with the thread, not with the room's history.
 */
export async function listReplies(
  userId: string,
  roomId: string,
  messageId: string,
  page: Slice,
): Promise<ChosenMessages> {
  const { room, message } = await accessMessage(userId, roomId, messageId);
  const seqs = visible(room, await listReplySeqs(roomId, message.seq));
  const messages = await viewChosen(room, userId, pageOfSeqs(seqs, page), () => true);
  return { count: seqs.length, messages };
}

/** Returns the pinned messages of a room. */
export async function listPins(userId: string, roomId: string, page: Slice): Promise<ChosenMessages> {
  const room = await accessReadableRoom(userId, roomId);
  const seqs = visible(room, await listPinSeqs(roomId));
  const isPinned = (message: StoredMessage): boolean =>
    message.pinnedAt !== null && !isDeletedOrExpired(message);
  return { count: seqs.length, messages: await viewChosen(room, userId, pageOfSeqs(seqs, page), isPinned) };
}
