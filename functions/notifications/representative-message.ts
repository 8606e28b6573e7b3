import { isDeletedOrExpired } from "../messages/present.ts";
import type { MemberRoom } from "../rooms/access.ts";
import { getMessages, type StoredMessage } from "../store/messages/messages.ts";
import { countUnread, listUnread } from "../store/rooms/unread.ts";

/**
 * The number of unread messages of a room that are read to find one that can represent all: that
 * many of the oldest, then that many of the newest.
 */
const messagesRead = 25;

/** How the message is chosen that represents the unread messages of a room. */
export interface RepresentativeChoice {
  /** The seqs of messages that are tried first, in this order. */
  readonly recorded: readonly number[];
  /** Other messages must have come after this time, in milliseconds since 1970. */
  readonly since: number;
  /** Other messages must have a higher seq. */
  readonly after: number;
  /** The seqs of messages that have a direct notification. */
  readonly excluded: ReadonlySet<number>;
  /** Users blocked by the recipient, or blocking them. */
  readonly blockedIds: ReadonlySet<string>;
}

/**
 * Returns the message that represents the unread messages of a room: a recorded one, or else the
 * first that the recipient may see. Returns undefined if there is none.
 */
export async function getRepresentative(
  { head, me }: MemberRoom,
  { recorded, since, after, excluded, blockedIds }: RepresentativeChoice,
): Promise<StoredMessage | undefined> {
  const firstOf = async (seqs: readonly number[]): Promise<StoredMessage | undefined> => {
    const found = new Map((await getMessages(head.id, seqs)).map((message) => [message.seq, message]));
    const canRepresent = (message: StoredMessage | undefined): message is StoredMessage =>
      message !== undefined &&
      !isDeletedOrExpired(message) &&
      !blockedIds.has(message.senderId) &&
      (recorded.includes(message.seq) || Date.parse(message.at) > since);
    return seqs.map((seq) => found.get(seq)).find(canRepresent);
  };
  const unreadFrom = (skip: number): number[] =>
    listUnread(me, head.seq, skip, messagesRead).filter((seq) => seq > after && !excluded.has(seq));
  const representative = await firstOf([...recorded, ...unreadFrom(0)]);
  const further = countUnread(me, head.seq) - messagesRead;
  return representative || further <= 0
    ? representative
    : firstOf(unreadFrom(Math.max(messagesRead, further)));
}
