import type { Message } from "../../contract/objects/message.ts";
import type { Slice } from "../kernel/http/page.ts";
import { accessReadableRoom, firstVisibleSeq, type ReadableRoom } from "../rooms/access.ts";
import { getMessages, type StoredMessage } from "../store/messages/messages.ts";
import { listPinSeqs } from "../store/messages/pins.ts";
import { listReplySeqs } from "../store/messages/replies.ts";
import { accessMessage } from "./access.ts";
import { isDeletedOrExpired } from "./present.ts";
import { viewMessages } from "./view.ts";

interface ChosenMessages {
  /** Entries of the list, each of which names a message or once was to. */
  readonly count: number;
  /** Those of a page, the oldest first; undefined for one that is not shown. */
  readonly messages: (Message | undefined)[];
}

/** A page of seqs, given oldest first: the first page is the newest ones, and lists oldest first too. */
function pageOfSeqs(seqs: readonly number[], { start, size }: Slice): number[] {
  const end = Math.max(0, seqs.length - start);
  return seqs.slice(Math.max(0, end - size), end);
}

/** The messages of a page of seqs as the viewer sees them, of those of which something holds. */
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

/** The replies to a message: the cost is that of the thread, whatever the length of the room's history. */
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

/** The pinned messages of a room. */
export async function listPins(userId: string, roomId: string, page: Slice): Promise<ChosenMessages> {
  const room = await accessReadableRoom(userId, roomId);
  const seqs = visible(room, await listPinSeqs(roomId));
  const isPinned = (message: StoredMessage): boolean =>
    message.pinnedAt !== null && !isDeletedOrExpired(message);
  return { count: seqs.length, messages: await viewChosen(room, userId, pageOfSeqs(seqs, page), isPinned) };
}
