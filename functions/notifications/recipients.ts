import { mentionedNames } from "../actions/mentioned-names.ts";
import { messageId, parseMessageId } from "../kernel/runtime/ids.ts";
import { getMessage, getMessagesAt, type StoredMessage } from "../store/messages/messages.ts";
import type { Profile } from "../store/users/profiles.ts";
import { findUserIds, isSameUsername } from "../store/users/usernames.ts";

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

/** Of each mention that can mean this username, the longer ones that it rather means, where somebody has one of them. */
const longerNames = (message: StoredMessage, username: string): string[][] =>
  namesIn(message).flatMap((readings) => {
    const own = readings.findIndex((name) => isSameUsername(name, username));
    return own < 0 ? [] : [readings.slice(0, own)];
  });

/**
 * How each of some messages addresses somebody, if it does, as above: what several of them need is read together, and of
 * mentions that cannot mean them, nothing.
 */
export const getAddressing = async (
  messages: readonly StoredMessage[],
  { id, username }: Pick<Profile, "id" | "username">,
): Promise<ReadonlyMap<StoredMessage, "mention" | "message_reply">> => {
  const mentioning = messages.map((message) => [message, longerNames(message, username)] as const);
  const answered = messages.flatMap(({ replyTo }) =>
    replyTo === null ? [] : (parseMessageId(replyTo) ?? []),
  );
  const [found, originals] = await Promise.all([
    findUserIds(mentioning.flatMap(([, longer]) => longer.flat())),
    getMessagesAt([
      ...new Map(answered.map((place) => [messageId(place.roomId, place.seq), place])).values(),
    ]),
  ]);
  const own = new Set(
    originals
      .filter((original) => original.senderId === id)
      .map((original) => messageId(original.roomId, original.seq)),
  );
  const addressing = new Map<StoredMessage, "mention" | "message_reply">();
  for (const [message, mentions] of mentioning) {
    const isMention = mentions.some((longer) => longer.every((name) => found(name) === undefined));
    if (isMention) addressing.set(message, "mention");
    else if (own.has(message.replyTo ?? "")) addressing.set(message, "message_reply");
  }
  return addressing;
};
