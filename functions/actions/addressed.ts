import { getMessage, type StoredMessage } from "../data/messages.ts";
import { findUserIds } from "../data/usernames.ts";
import { parseMessageId } from "../kernel/ids.ts";
import { mentionedNames } from "./mentioned-names.ts";

/** Whom a message addresses: mentioned in it, or the author of what it answers. */
export type Addressed = ReadonlyMap<string, "mention" | "message_reply">;

/** What is said in a message that was forwarded, or that nobody here can read, is said to nobody. */
const namesIn = ({ content, type, forwardedFrom }: StoredMessage): string[][] =>
  type === "encrypted" || forwardedFrom !== null ? [] : mentionedNames(content);

const getAuthor = async (replyTo: string | null): Promise<string | undefined> => {
  const place = replyTo === null ? undefined : parseMessageId(replyTo);
  return place && (await getMessage(place.roomId, place.seq))?.senderId;
};

export const getAddressed = async (message: StoredMessage): Promise<Addressed> => {
  const names = namesIn(message);
  const [found, author] = await Promise.all([findUserIds(names.flat()), getAuthor(message.replyTo)]);
  const addressed = new Map<string, "mention" | "message_reply">();
  if (author !== undefined) addressed.set(author, "message_reply");
  for (const readings of names) {
    const userId = readings.map((name) => found(name)).find((id) => id !== undefined);
    if (userId !== undefined) addressed.set(userId, "mention");
  }
  return addressed;
};

/** Whether a message may address somebody, as far as it says so by itself: else nothing needs to be read to know. */
export const mayAddress = (message: StoredMessage): boolean =>
  message.replyTo !== null || namesIn(message).length > 0;
