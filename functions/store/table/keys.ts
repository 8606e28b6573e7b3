/**
 * Every key of the table, in one place: nothing else builds one. The access patterns behind them are in
 * docs/access-patterns.md.
 */
import { urgentMark } from "../../kernel/runtime/ids.ts";
import { shardOf } from "../../kernel/runtime/shard.ts";

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Fixed width, so that the order of keys is the order of numbers. Twelve digits last for 10^12 messages a room. */
function ordinal(seq: number): string {
  return String(seq).padStart(12, "0");
}

/** Milliseconds since 1970, in thirteen digits until the year 2286. */
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
  profile: (userId: string): Key => ({ pk: user(userId), sk: "PROFILE" }),
  registration: (userId: string): Key => ({ pk: user(userId), sk: "REGISTRATION" }),
  presence: (userId: string): Key => ({ pk: user(userId), sk: "PRESENCE" }),
  session: (userId: string, connectionId: string): Key => ({
    pk: user(userId),
    sk: `SESSION#${connectionId}`,
  }),
  contact: (userId: string, otherId: string): Key => ({ pk: user(userId), sk: `CONTACT#${otherId}` }),
  /** That somebody was told who added them to their contacts. */
  addedBy: (userId: string, otherId: string): Key => ({ pk: user(userId), sk: `ADDED#${otherId}` }),
  contactsOf: (userId: string) => ({ pk: user(userId), prefix: "CONTACT#" }),
  /** The first one blocks the second. */
  block: (userId: string, otherId: string): Key => ({ pk: user(userId), sk: `BLOCK#${otherId}` }),
  /** The first one is blocked by the second. */
  blockedBy: (userId: string, otherId: string): Key => ({ pk: user(userId), sk: `BLOCKED#${otherId}` }),
  /** Whom somebody blocks, and who blocks them. */
  blocksOf: (userId: string) => ({ pk: user(userId), prefix: "BLOCK" }),
  /** What the directory holds of somebody. */
  directory: (userId: string): Key => ({ pk: user(userId), sk: "DIRECTORY" }),
  /** Finds somebody by the beginning of a word. Words that begin alike stand together, in the order of the alphabet. */
  word: (word: string, userId: string): Key => ({ ...wordRange(word), sk: `${word}#${userId}` }),
  wordsFrom: (beginning: string) => ({ ...wordRange(beginning), prefix: beginning }),
  /** Lists those of whom the same filters hold, by name. */
  listed: (filters: string, name: string, userId: string): Key => ({
    pk: `PEOPLE#BY#${filters}`,
    sk: `${name}#${userId}`,
  }),
  listedBy: (filters: string) => ({ pk: `PEOPLE#BY#${filters}` }),
  /** How the keys of all of these lists and words begin. */
  directoryEntries: "PEOPLE#",
  /** The id begins with the time, so that the order of keys is that of time. */
  notification: (userId: string, notificationId: string): Key => ({
    pk: user(userId),
    sk: `NOTIF#${notificationId}`,
  }),
  /** All but emergencies, by the digit that their ids begin with. */
  notificationsOf: (userId: string) => ({ pk: user(userId), from: "NOTIF#0", to: "NOTIF#:" }),
  emergenciesOf: (userId: string) => ({
    pk: user(userId),
    from: `NOTIF#${urgentMark}`,
    to: behindAll(`NOTIF#${urgentMark}`),
  }),
  /** Up to when somebody has marked all of their notifications as read. */
  noticed: (userId: string): Key => ({ pk: user(userId), sk: "NOTICED" }),
  /** A browser that somebody is told by when they are not connected. */
  pushSubscription: (userId: string, subscriptionId: string): Key => ({
    pk: user(userId),
    sk: `PUSH#${subscriptionId}`,
  }),
  pushSubscriptionsOf: (userId: string) => ({ pk: user(userId), prefix: "PUSH#" }),
  /** Whose browser it is. */
  pushOwner: (subscriptionId: string): Key => ({ pk: `PUSH#${subscriptionId}`, sk: "OWNER" }),
  /** The keys that this deployment shows itself with to push services. */
  pushKeys: (): Key => ({ pk: "PUSH", sk: "KEYS" }),
  report: (reportId: string): Key => ({ pk: `REPORT#${reportId}`, sk: "REPORT" }),
  username: (folded: string): Key => ({ pk: `USERNAME#${folded}`, sk: "USERNAME" }),
  ticket: (digest: string): Key => ({ pk: `TICKET#${digest}`, sk: "TICKET" }),
  file: (fileId: string): Key => ({ pk: `FILE#${fileId}`, sk: "FILE" }),
  rebuild: (index: string): Key => ({ pk: `REBUILD#${index}`, sk: "REBUILD" }),
  avatar: (avatarId: string): Key => ({ pk: `AVATAR#${avatarId}`, sk: "AVATAR" }),
  head: (roomId: string): Key => ({ pk: room(roomId), sk: "HEAD" }),
  details: (roomId: string): Key => ({ pk: room(roomId), sk: "DETAILS" }),
  roster: (roomId: string, chunk: number): Key => ({ pk: room(roomId), sk: `ROSTER#${chunk}` }),
  /** How many members are in each chunk of a large room's roster. */
  memberCounts: (roomId: string): Key => ({ pk: room(roomId), sk: "COUNTS" }),
  /** Stands in the index for a public room, so that the room's head need not. */
  listing: (roomId: string): Key => ({ pk: room(roomId), sk: "LISTING" }),
  membership: (roomId: string, userId: string): Key => ({ pk: room(roomId), sk: `MEMBER#${userId}` }),
  /** A room's head and, behind what is between, its memberships: `$` follows `#`. */
  headToMemberships: (roomId: string) => ({ pk: room(roomId), from: "HEAD", to: "MEMBER$" }),
  connected: (roomId: string, userId: string): Key => ({ pk: room(roomId), sk: `CONNECTED#${userId}` }),
  connectedIn: (roomId: string) => ({ pk: room(roomId), prefix: "CONNECTED#" }),
  message: (roomId: string, seq: number): Key => ({ pk: room(roomId), sk: `MSG#${ordinal(seq)}` }),
  edit: (roomId: string, seq: number, version: number): Key => ({
    pk: room(roomId),
    sk: `EDIT#${ordinal(seq)}#${ordinal(version)}`,
  }),
  reply: (roomId: string, parent: number, seq: number): Key => ({
    pk: room(roomId),
    sk: `REPLY#${ordinal(parent)}#${ordinal(seq)}`,
  }),
  pin: (roomId: string, seq: number): Key => ({ pk: room(roomId), sk: `PIN#${ordinal(seq)}` }),
  /** Finds a message by a term: the newest ones of a term stand last. No term has a sign that keys are made with. */
  posting: (roomId: string, term: string, place: string): Key => ({
    ...postings(roomId),
    sk: `${term}#${place}`,
  }),
  postingsOf: (roomId: string) => postings(roomId),
  sessionsOf: (userId: string) => ({ pk: user(userId), prefix: "SESSION#" }),
  typing: (roomId: string, userId: string): Key => ({ pk: room(roomId), sk: `TYPING#${userId}` }),
  typingIn: (roomId: string) => ({ pk: room(roomId), prefix: "TYPING#" }),
};

/** Keys of the index `gsi1`, which projects keys alone. */
export const indexKeys = {
  /** Lists the rooms of a user. */
  membership: (userId: string, roomId: string) => ({ gsi1pk: user(userId), gsi1sk: room(roomId) }),
  /** Lists the public rooms by name. */
  listing: (name: string, roomId: string) => ({ gsi1pk: "PUBLIC", gsi1sk: `${name}#${roomId}` }),
  listings: "PUBLIC",
  membershipsOf: (userId: string) => ({ gsi1pk: user(userId), prefix: room("") }),
  /** Lists the messages of a room that were changed, in the order of their last change. */
  changed: (roomId: string, rev: number) => ({ gsi1pk: `${room(roomId)}#CHANGED`, gsi1sk: ordinal(rev) }),
  /** Lists who is online. Ten shards, so that no partition takes all the writes of a busy morning. */
  online: (userId: string, until: string) => ({
    gsi1pk: onlineShard(shardOf(userId, shards)),
    gsi1sk: until,
  }),
  /** Lists the reports of a status, in the order in which they were made. */
  report: (status: string, createdAt: string, reportId: string) => ({
    gsi1pk: `REPORTS#${status}`,
    gsi1sk: `${createdAt}#${reportId}`,
  }),
  reportsOf: (status: string) => `REPORTS#${status}`,
  onlineShards: () => Array.from({ length: shards }, (_, shard) => onlineShard(shard)),
};

/** All words that begin with the same sign. */
function wordRange(word: string) {
  return { pk: `PEOPLE#WORD#${[...word][0] ?? ""}` };
}

/** Keys of the objects in the bucket. None holds anything that a client wrote. */
export const objectKeys = {
  /** Where an upload arrives, and is removed from by the bucket's own rule after a day. */
  pending: (fileId: string): string => `pending/${fileId}`,
  /** Where the file of a message stays. */
  attached: (roomId: string, fileId: string): string => `files/${roomId}/${fileId}`,
  attachedIn: (roomId: string): string => `files/${roomId}/`,
  /** Where somebody's picture stays. */
  avatar: (avatarId: string): string => `avatars/${avatarId}`,
};

/** The file whose object has this key. */
export function fileIdOfObject(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

const shards = 10;

function onlineShard(shard: number): string {
  return `ONLINE#${shard}`;
}

/** The highest numbers that a place holds. */
export const lastSeq = 999_999_999_999;
export const lastTime = 9_999_999_999_999;

/** Where a message stands in time, such that places are in the order of their messages. */
export function placeOf(at: number, seq: number): string {
  return `${instant(at)}#${ordinal(seq)}`;
}

/** What the key of a posting says: its term, and the place of its message. */
export function posted(sk: string): { readonly term: string; readonly at: number; readonly seq: number } {
  const [term = "", at, seq] = sk.split("#");
  return { term, at: Number(at), seq: Number(seq) };
}

/** Behind every key that begins with a term, or with the beginning of one: what follows is below these. */
export function behindTerm(term: string): string {
  return `${term}$`;
}
export function behindAll(beginning: string): string {
  return `${beginning}\u{10ffff}`;
}

/** The key of an item as it was read. */
export function keyOf({ pk, sk }: Readonly<Record<string, unknown>>): Key {
  return {
    pk: String(pk),
    sk: String(sk),
  };
}

/** The id that ends a key: the room of `ROOM#<id>`, the user of `USER#<id>` or `MEMBER#<id>`. */
export function idOfKey(key: string): string {
  return key.slice(key.indexOf("#") + 1);
}

/** The number that ends a key: the seq of `MSG#<seq>`, of a pin, and of a reply. */
export function seqOfKey(sk: string): number {
  return Number(sk.slice(sk.lastIndexOf("#") + 1));
}

/** What the keys begin with that differ from this one in their last part alone. */
export function prefixOf({ pk, sk }: Key): Key {
  return { pk, sk: sk.slice(0, sk.lastIndexOf("#") + 1) };
}
