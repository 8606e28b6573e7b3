import { getMessages, type StoredMessage } from "../data/messages.ts";
import { listUnread } from "../data/read-ahead.ts";
import type { MemberRoom } from "./access-room.ts";
import { isGone } from "./present-message.ts";

/** Unread messages of a room that are looked at for one that can stand for all of them. */
const messagesLooked = 25;

/** By what a room's unread messages are told of, or not. */
export interface TellingChoice {
  /** Messages that come first, in this order. */
  readonly noted: readonly number[];
  /** Those that something else tells of. */
  readonly others: ReadonlySet<number>;
  /** Who is nobody to the receiver. */
  readonly apart: ReadonlySet<string>;
}

/** The message that stands for what is unread in a room: one that is noted, else the first that is there to be seen. */
export const getTelling = async (
  { head, me }: MemberRoom,
  { noted, others, apart }: TellingChoice,
): Promise<StoredMessage | undefined> => {
  const unread = listUnread(me, head.seq, 0, messagesLooked).filter((seq) => !others.has(seq));
  const messages = await getMessages(head.id, [...noted, ...unread]);
  const found = new Map(messages.map((message) => [message.seq, message]));
  const isTelling = (message: StoredMessage | undefined): message is StoredMessage =>
    message !== undefined && !isGone(message) && !apart.has(message.senderId);
  return [...noted, ...unread].map((seq) => found.get(seq)).find(isTelling);
};
