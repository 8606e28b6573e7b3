import type { Message } from "../../contract/objects/message.ts";
import { getMessages } from "../data/messages.ts";
import { listPinSeqs } from "../data/pins.ts";
import { listReplySeqs } from "../data/replies.ts";
import { accessMessage } from "./access-message.ts";
import { accessReadableRoom, firstVisibleSeq, type ReadableRoom } from "./access-room.ts";
import { isGone } from "./present-message.ts";
import { viewMessages } from "./view-messages.ts";

export interface PageNumber {
  readonly number: number;
  readonly size: number;
}

export interface ChosenMessages {
  /** Entries of the list, each of which names a message or once was to. */
  readonly count: number;
  readonly messages: Message[];
}

/** A page of seqs, given oldest first: the first page is the newest ones, and lists oldest first too. */
const pageOfSeqs = (seqs: readonly number[], { number, size }: PageNumber): number[] => {
  const end = Math.max(0, seqs.length - (number - 1) * size);
  return seqs.slice(Math.max(0, end - size), end);
};

const visible = (room: ReadableRoom, seqs: readonly number[]): number[] => {
  const first = firstVisibleSeq(room);
  return seqs.filter((seq) => seq >= first);
};

/** The replies to a message: the cost is that of the thread, whatever the length of the room's history. */
export const listReplies = async (
  userId: string,
  roomId: string,
  messageId: string,
  page: PageNumber,
): Promise<ChosenMessages> => {
  const { room, message } = await accessMessage(userId, roomId, messageId);
  const seqs = visible(room, await listReplySeqs(roomId, message.seq));
  const messages = await viewMessages(room, userId, getMessages(roomId, pageOfSeqs(seqs, page)));
  return { count: seqs.length, messages };
};

/** The pinned messages of a room. */
export const listPins = async (userId: string, roomId: string, page: PageNumber): Promise<ChosenMessages> => {
  const room = await accessReadableRoom(userId, roomId);
  const seqs = visible(room, await listPinSeqs(roomId));
  const stored = await getMessages(roomId, pageOfSeqs(seqs, page));
  const pinned = stored.filter((message) => message.pinnedAt !== null && !isGone(message));
  return { count: seqs.length, messages: await viewMessages(room, userId, pinned) };
};
