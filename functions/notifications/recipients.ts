import { usernameLimit } from "../../contract/auth.ts";
import { messageId, parseMessageId } from "../kernel/runtime/ids.ts";
import { getMessage, getMessagesAt, type StoredMessage } from "../store/messages/messages.ts";
import type { Profile } from "../store/users/profiles.ts";
import { findUserIds, isSameUsername } from "../store/users/usernames.ts";

/** Mentions of a message that count: each is a read. */
const mentionLimit = 20;
/** What a mention may name: with a full stop and the next sentence right behind it, more than the username. */
const readingsLimit = 3;

/** An `@` that does not stand in an e-mail address, and all that a username may have (see contract/auth.ts). */
const mention = /(?<![\p{L}\p{M}\p{N}._-])@([\p{L}\p{N}][\p{L}\p{N}._-]*)/gu;

/** What a mention may mean, the longest first: `ann.lee.See` is ann.lee.See, ann.lee or ann. No username ends in a sign. */
function readingsOf(text: string): string[] {
  // As much as can matter, so that a text that is one long mention takes no time.
  const beginning = text.slice(0, 2 * usernameLimit + 1);
  const ends = [...beginning.matchAll(/[\p{L}\p{N}](?=[._-]|$)/gu)].map(
    ({ index, 0: sign }) => index + sign.length,
  );
  return ends
    .filter((end) => end < beginning.length || beginning === text)
    .map((end) => text.slice(0, end))
    .filter((name) => [...name].length <= usernameLimit)
    .reverse()
    .slice(0, readingsLimit);
}

/** Whom a text may mention: of each mention, the usernames that it can mean, the likeliest first. */
export function listMentionedNames(content: string): string[][] {
  // As usernames are compared: in one of the ways in which Unicode can write them.
  const found = [...content.normalize("NFKC").matchAll(mention)].map(([, text = ""]) => text);
  return [...new Set(found)].slice(0, mentionLimit).map(readingsOf);
}

/** Whom a message addresses: mentioned in it, or the author of what it answers. */
export type Recipients = ReadonlyMap<string, "mention" | "message_reply">;

/** What is said in a message that was forwarded, or that nobody here can read, is said to nobody. */
function namesIn({ content, type, forwardedFrom }: StoredMessage): string[][] {
  return type === "encrypted" || forwardedFrom !== null ? [] : listMentionedNames(content);
}

async function getAuthor(replyTo: string | null): Promise<string | undefined> {
  const place = replyTo === null ? undefined : parseMessageId(replyTo);
  return place && (await getMessage(place.roomId, place.seq))?.senderId;
}

export async function getRecipients(message: StoredMessage): Promise<Recipients> {
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

/** Of each mention that can mean this username, the longer ones that it rather means, where somebody has one of them. */
function longerNames(message: StoredMessage, username: string): string[][] {
  return namesIn(message).flatMap((readings) => {
    const own = readings.findIndex((name) => isSameUsername(name, username));
    return own < 0 ? [] : [readings.slice(0, own)];
  });
}

/**
 * How each of some messages addresses somebody, if it does, as above: what several of them need is read together, and of
 * mentions that cannot mean them, nothing.
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
  const addressing = new Map<StoredMessage, "mention" | "message_reply">();
  for (const [message, mentions] of mentioning) {
    const isMention = mentions.some((longer) => longer.every((name) => found(name) === undefined));
    if (isMention) addressing.set(message, "mention");
    else if (own.has(message.replyTo ?? "")) addressing.set(message, "message_reply");
  }
  return addressing;
}
