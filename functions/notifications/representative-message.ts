import { isDeletedOrExpired } from "../messages/present.ts";
import type { MemberRoom } from "../rooms/access.ts";
import { getMessages, type StoredMessage } from "../store/messages/messages.ts";
import { countUnread, listUnread } from "../store/rooms/read-ahead.ts";

/** Unread messages of a room that are looked at, from the first and then from the last, for one that can stand for all. */
const messagesLooked = 25;

/** By what a room's unread messages are told of, or not. */
export interface RepresentativeChoice {
  /** Messages that come first, in this order. */
  readonly noted: readonly number[];
  /** Of all others those alone that came later, in milliseconds since 1970, and behind this seq. */
  readonly since: number;
  readonly after: number;
  /** Those that something else tells of. */
  readonly others: ReadonlySet<number>;
  /** Who is nobody to the receiver. */
  readonly apart: ReadonlySet<string>;
}

/** The message that stands for what is unread in a room: one that is noted, else the first that is there to be seen. */
export async function getRepresentative(
  { head, me }: MemberRoom,
  { noted, since, after, others, apart }: RepresentativeChoice,
): Promise<StoredMessage | undefined> {
  const firstOf = async (seqs: readonly number[]): Promise<StoredMessage | undefined> => {
    const found = new Map((await getMessages(head.id, seqs)).map((message) => [message.seq, message]));
    const isTelling = (message: StoredMessage | undefined): message is StoredMessage =>
      message !== undefined &&
      !isDeletedOrExpired(message) &&
      !apart.has(message.senderId) &&
      (noted.includes(message.seq) || Date.parse(message.at) > since);
    return seqs.map((seq) => found.get(seq)).find(isTelling);
  };
  const unreadFrom = (skip: number): number[] =>
    listUnread(me, head.seq, skip, messagesLooked).filter((seq) => seq > after && !others.has(seq));
  const telling = await firstOf([...noted, ...unreadFrom(0)]);
  const further = countUnread(me, head.seq) - messagesLooked;
  return telling || further <= 0 ? telling : firstOf(unreadFrom(Math.max(messagesLooked, further)));
}
