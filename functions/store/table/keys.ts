/**
 * Builds every key of the table: no other module builds one. docs/access-patterns.md lists the
 * access patterns behind the keys.
 */
import { urgentMark } from "../../kernel/runtime/ids.ts";
import { shardOf } from "../../kernel/runtime/shard.ts";
import { prefixes } from "./prefixes.ts";

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/**
 * Returns a number at a fixed width, so that the order of keys is the order of numbers. Twelve
 * digits last for 10^12 messages a room.
 */
function ordinal(seq: number): string {
  return String(seq).padStart(12, "0");
}

/** Returns milliseconds since 1970 at a fixed width: thirteen digits last until the year 2286. */
function instant(at: number): string {
  return String(at).padStart(13, "0");
}

function user(userId: string): string {
  return `USER#${userId}`;
}
function room(roomId: string): string {
  return `ROOM#${roomId}`;
}
function postings(roomId: string) {
  return { pk: `TERMS#${roomId}` };
}

export const keys = {
  profile: (userId: string): Key => ({ pk: user(userId), sk: prefixes.profile }),
  registration: (userId: string): Key => ({ pk: user(userId), sk: prefixes.registration }),
  presence: (userId: string): Key => ({ pk: user(userId), sk: prefixes.presence }),
  session: (userId: string, connectionId: string): Key => ({
    pk: user(userId),
    sk: `${prefixes.session}${connectionId}`,
  }),
  sessionsOf: (userId: string) => ({ pk: user(userId), prefix: prefixes.session }),
  contact: (userId: string, otherId: string): Key => ({
    pk: user(userId),
    sk: `${prefixes.contact}${otherId}`,
  }),
  contactsOf: (userId: string) => ({ pk: user(userId), prefix: prefixes.contact }),
  /** Records that the first user was notified when the second added them to their contacts. */
  addedBy: (userId: string, otherId: string): Key => ({
    pk: user(userId),
    sk: `${prefixes.addedBy}${otherId}`,
  }),
  /** The first user blocks the second. */
  block: (userId: string, otherId: string): Key => ({ pk: user(userId), sk: `${prefixes.block}${otherId}` }),
  /** The second user blocks the first. */
  blockedBy: (userId: string, otherId: string): Key => ({
    pk: user(userId),
    sk: `${prefixes.blockedBy}${otherId}`,
  }),
  /** Finds the users blocked by this user, and the users blocking them. */
  blocksOf: (userId: string) => ({ pk: user(userId), prefix: prefixes.eitherBlock }),
  /** Holds what the directory's entries of a user say. */
  directory: (userId: string): Key => ({ pk: user(userId), sk: prefixes.directory }),
  /**
   * Finds a user by a prefix of a word: the words of one first character stand in alphabetical
   * order.
   */
  word: (word: string, userId: string): Key => ({ ...wordRange(word), sk: `${word}#${userId}` }),
  wordsFrom: (prefix: string) => ({ ...wordRange(prefix), prefix }),
  /** Lists the users for whom the same filters hold, by name. */
  listed: (filters: string, name: string, userId: string): Key => ({
    ...keys.listedBy(filters),
    sk: `${name}#${userId}`,
  }),
  listedBy: (filters: string) => ({ pk: `PEOPLE#BY#${filters}` }),
  /** Begins the partition keys of all words and lists of the directory. */
  directoryEntries: "PEOPLE#",
  /** A notification's id begins with the time, so that the order of keys is that of time. */
  notification: (userId: string, notificationId: string): Key => ({
    pk: user(userId),
    sk: `${prefixes.notification}${notificationId}`,
  }),
  /**
   * Finds all notifications except emergencies: their ids begin with a digit, and `:` follows `9`.
   */
  notificationsOf: (userId: string) => ({
    pk: user(userId),
    from: `${prefixes.notification}0`,
    to: `${prefixes.notification}:`,
  }),
  emergenciesOf: (userId: string) => ({
    pk: user(userId),
    from: `${prefixes.notification}${urgentMark}`,
    to: afterPrefix(`${prefixes.notification}${urgentMark}`),
  }),
  /** Holds the time up to which a user has marked all of their notifications as read. */
  readAll: (userId: string): Key => ({ pk: user(userId), sk: prefixes.readAll }),
  /** A browser that receives a user's pushes while they are not connected. */
  pushSubscription: (userId: string, subscriptionId: string): Key => ({
    pk: user(userId),
    sk: `${prefixes.pushSubscription}${subscriptionId}`,
  }),
  pushSubscriptionsOf: (userId: string) => ({ pk: user(userId), prefix: prefixes.pushSubscription }),
  /** Names the user of a browser. */
  pushOwner: (subscriptionId: string): Key => ({ pk: `PUSH#${subscriptionId}`, sk: prefixes.pushOwner }),
  /** The key pair by which push services know this deployment. */
  pushKeys: (): Key => ({ pk: "PUSH", sk: prefixes.pushKeys }),
  report: (reportId: string): Key => ({ pk: `REPORT#${reportId}`, sk: prefixes.report }),
  username: (folded: string): Key => ({ pk: `USERNAME#${folded}`, sk: prefixes.username }),
  ticket: (digest: string): Key => ({ pk: `TICKET#${digest}`, sk: prefixes.ticket }),
  file: (fileId: string): Key => ({ pk: `FILE#${fileId}`, sk: prefixes.file }),
  rebuild: (index: string): Key => ({ pk: `REBUILD#${index}`, sk: prefixes.rebuild }),
  avatar: (avatarId: string): Key => ({ pk: `AVATAR#${avatarId}`, sk: prefixes.avatar }),
  head: (roomId: string): Key => ({ pk: room(roomId), sk: prefixes.head }),
  details: (roomId: string): Key => ({ pk: room(roomId), sk: prefixes.details }),
  roster: (roomId: string, chunk: number): Key => ({ pk: room(roomId), sk: `${prefixes.roster}${chunk}` }),
  /** Holds how many members are in each chunk of a large room's roster. */
  memberCounts: (roomId: string): Key => ({ pk: room(roomId), sk: prefixes.memberCounts }),
  /** Stands in the index for a public room, so that the index need not hold the room's head. */
  listing: (roomId: string): Key => ({ pk: room(roomId), sk: prefixes.listing }),
  membership: (roomId: string, userId: string): Key => ({
    pk: room(roomId),
    sk: `${prefixes.member}${userId}`,
  }),
  /** Finds a room's head, its memberships and the items between them. */
  headToMemberships: (roomId: string) => ({
    pk: room(roomId),
    from: prefixes.head,
    to: afterPrefix(prefixes.member),
  }),
  connected: (roomId: string, userId: string): Key => ({
    pk: room(roomId),
    sk: `${prefixes.connected}${userId}`,
  }),
  connectedIn: (roomId: string) => ({ pk: room(roomId), prefix: prefixes.connected }),
  message: (roomId: string, seq: number): Key => ({
    pk: room(roomId),
    sk: `${prefixes.message}${ordinal(seq)}`,
  }),
  /** Names the message that a revision of the room changed. */
  change: (roomId: string, rev: number): Key => ({
    pk: room(roomId),
    sk: `${prefixes.change}${ordinal(rev)}`,
  }),
  edit: (roomId: string, seq: number, version: number): Key => ({
    pk: room(roomId),
    sk: `${prefixes.edit}${ordinal(seq)}#${ordinal(version)}`,
  }),
  reply: (roomId: string, parent: number, seq: number): Key => ({
    pk: room(roomId),
    sk: `${keys.repliesTo(roomId, parent).prefix}${ordinal(seq)}`,
  }),
  repliesTo: (roomId: string, parent: number) => ({
    pk: room(roomId),
    prefix: `${prefixes.reply}${ordinal(parent)}#`,
  }),
  pin: (roomId: string, seq: number): Key => ({ pk: room(roomId), sk: `${prefixes.pin}${ordinal(seq)}` }),
  pinsOf: (roomId: string) => ({ pk: room(roomId), prefix: prefixes.pin }),
  /**
   * Finds a message by a term: the newest messages of a term stand last. No term holds a character
   * that keys are built with.
   */
  posting: (roomId: string, term: string, place: string): Key => ({
    ...postings(roomId),
    sk: `${term}#${place}`,
  }),
  postingsOf: (roomId: string) => postings(roomId),
  typing: (roomId: string, userId: string): Key => ({ pk: room(roomId), sk: `${prefixes.typing}${userId}` }),
  typingIn: (roomId: string) => ({ pk: room(roomId), prefix: prefixes.typing }),
};

/** Builds keys of the index `gsi1`, which projects keys alone. */
export const indexKeys = {
  /** Lists the rooms of a user. */
  membership: (userId: string, roomId: string) => ({ gsi1pk: user(userId), gsi1sk: room(roomId) }),
  membershipsOf: (userId: string) => ({ gsi1pk: user(userId), prefix: room("") }),
  /** Lists the public rooms by name. */
  listing: (name: string, roomId: string) => ({ gsi1pk: "PUBLIC", gsi1sk: `${name}#${roomId}` }),
  listings: "PUBLIC",
  /**
   * Lists users who are online, in ten shards: no partition takes all the writes of a busy morning.
   */
  online: (userId: string, until: string) => ({
    gsi1pk: onlineShard(shardOf(userId, shards)),
    gsi1sk: until,
  }),
  onlineShards: () => Array.from({ length: shards }, (_, shard) => onlineShard(shard)),
  /** Lists the reports of a status in the order of their creation. */
  report: (status: string, createdAt: string, reportId: string) => ({
    gsi1pk: `REPORTS#${status}`,
    gsi1sk: `${createdAt}#${reportId}`,
  }),
  reportsOf: (status: string) => `REPORTS#${status}`,
};

/** Returns the partition of all words that share a first character. */
function wordRange(word: string) {
  return { pk: `PEOPLE#WORD#${[...word][0] ?? ""}` };
}

/** Builds keys of the objects in the bucket. No client chooses any part of them. */
export const objectKeys = {
  /** Receives an upload. The bucket's own rule deletes it after a day. */
  pending: (fileId: string): string => `pending/${fileId}`,
  /** Keeps the file of a message. */
  attached: (roomId: string, fileId: string): string => `files/${roomId}/${fileId}`,
  attachedIn: (roomId: string): string => `files/${roomId}/`,
  /** Keeps the profile picture of a user. */
  avatar: (avatarId: string): string => `avatars/${avatarId}`,
};

/** Returns the id of the file whose object has this key. */
export function fileIdOfObject(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

const shards = 10;

function onlineShard(shard: number): string {
  return `ONLINE#${shard}`;
}

/** The highest numbers that `placeOf` takes. */
export const lastSeq = 999_999_999_999;
export const lastTime = 9_999_999_999_999;

/** Returns a message's place in time as text. Places sort in the order of their messages. */
export function placeOf(at: number, seq: number): string {
  return `${instant(at)}#${ordinal(seq)}`;
}

/** Returns the term of a posting and the place of its message, from the posting's sort key. */
export function postingOfKey(sk: string): {
  readonly term: string;
  readonly at: number;
  readonly seq: number;
} {
  const [term = "", at, seq] = sk.split("#");
  return { term, at: Number(at), seq: Number(seq) };
}

/**
 * Returns a bound after every posting of a term, and before the term's continuations: `$` follows
 * `#`.
 */
export function afterTerm(term: string): string {
  return `${term}$`;
}

/** Returns a bound after every key that begins with a prefix. */
export function afterPrefix(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}

/** Returns the key of an item as it was read. */
export function keyOf({ pk, sk }: Readonly<Record<string, unknown>>): Key {
  return {
    pk: String(pk),
    sk: String(sk),
  };
}

/**
 * Returns the id that ends a key: the room of `ROOM#<id>`, the user of `USER#<id>` or
 * `MEMBER#<id>`.
 */
export function idOfKey(key: string): string {
  return key.slice(key.indexOf("#") + 1);
}

/** Returns the number that ends a key: the seq of `MSG#<seq>`, of a pin and of a reply. */
export function seqOfKey(sk: string): number {
  return Number(sk.slice(sk.lastIndexOf("#") + 1));
}
