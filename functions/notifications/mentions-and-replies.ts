import { usernameLimit } from "../../contract/auth.ts";
import { messageId, parseMessageId } from "../kernel/runtime/ids.ts";
import { getMessage, getMessagesAt, type StoredMessage } from "../store/messages/messages.ts";
import type { Profile } from "../store/users/profiles.ts";
import { findUserIds, isSameUsername } from "../store/users/usernames.ts";

/** The number of a message's mentions that count, the first ones: each costs a read. */
const mentionLimit = 20;
/**
 * The number of usernames that are tried for a mention. A full stop and the next sentence may
 * follow the username without a space, so that the text is longer than the name.
 */
const readingsLimit = 3;

/**
 * An `@` outside an e-mail address, and the characters that a username may have (see
 * `contract/auth.ts`).
 */
const mention = /(?<![\p{L}\p{M}\p{N}._-])@([\p{L}\p{N}][\p{L}\p{N}._-]*)/gu;

/**
 * Returns the usernames that a mention may mean, the longest first: `ann.lee.See` may mean
 * ann.lee.See, ann.lee or ann. No username ends in one of `._-`.
 */
function readingsOf(text: string): string[] {
  // Only so many characters can matter: a text that is one long mention takes no time.
  const start = text.slice(0, 2 * usernameLimit + 1);
  const ends = [...start.matchAll(/[\p{L}\p{N}](?=[._-]|$)/gu)].map(
    ({ index, 0: sign }) => index + sign.length,
  );
  return ends
    .filter((end) => end < start.length || start === text)
    .map((end) => text.slice(0, end))
    .filter((name) => [...name].length <= usernameLimit)
    .reverse()
    .slice(0, readingsLimit);
}

/** Returns for each mention of a text the usernames that it may mean, the likeliest first. */
export function listMentionedNames(content: string): string[][] {
  // Usernames are compared in this one of Unicode's normal forms.
  const found = [...content.normalize("NFKC").matchAll(mention)].map(([, text = ""]) => text);
  return [...new Set(found)].slice(0, mentionLimit).map(readingsOf);
}

/** The users whom a message addresses: it mentions them, or answers a message of theirs. */
export type Addressed = ReadonlyMap<string, "mention" | "message_reply">;

/**
 * Returns the usernames that a message may mention. A forwarded message mentions no user, and
 * neither does an encrypted one, which the server cannot read.
 */
function namesIn({ content, type, forwardedFrom }: StoredMessage): string[][] {
  return type === "encrypted" || forwardedFrom !== null ? [] : listMentionedNames(content);
}

async function getAuthor(replyTo: string | null): Promise<string | undefined> {
  const place = replyTo === null ? undefined : parseMessageId(replyTo);
  return place && (await getMessage(place.roomId, place.seq))?.senderId;
}

/**
 * Returns the users whom a message addresses, by id. A user whom it mentions and answers is
 * mentioned.
 */
export async function getAddressed(message: StoredMessage): Promise<Addressed> {
  const names = namesIn(message);
  const [found, author] = await Promise.all([findUserIds(names.flat()), getAuthor(message.replyTo)]);
  const addressed = new Map<string, "mention" | "message_reply">();
  if (author !== undefined) addressed.set(author, "message_reply");
  for (const readings of names) {
    const userId = readings.map((name) => found(name)).find((id) => id !== undefined);
    if (userId !== undefined) addressed.set(userId, "mention");
  }
  return addressed;
}

/**
 * Returns for each mention that may mean this username the longer usernames that it may mean: if a
 * user has one of them, the mention means that user.
 */
function longerNames(message: StoredMessage, username: string): string[][] {
  return namesIn(message).flatMap((readings) => {
    const own = readings.findIndex((name) => isSameUsername(name, username));
    return own < 0 ? [] : [readings.slice(0, own)];
  });
}

/**
 * Returns the messages among some that address one user, and how, by the same rules as
 * `getAddressed`. It reads for all messages at once, and reads nothing for mentions that cannot
 * mean this user.
 */
export async function getAddressKinds(
  messages: readonly StoredMessage[],
  { id, username }: Pick<Profile, "id" | "username">,
): Promise<ReadonlyMap<StoredMessage, "mention" | "message_reply">> {
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
  const kinds = new Map<StoredMessage, "mention" | "message_reply">();
  for (const [message, mentions] of mentioning) {
    const isMention = mentions.some((longer) => longer.every((name) => found(name) === undefined));
    if (isMention) kinds.set(message, "mention");
    else if (own.has(message.replyTo ?? "")) kinds.set(message, "message_reply");
  }
  return kinds;
}
