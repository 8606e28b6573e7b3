import { createHash, randomBytes, randomUUID } from "node:crypto";

/** 128 bits of a digest in the form of a UUID (version 8, RFC 9562: bits of one's own making). */
function uuidOf(text: string): string {
  const bytes = createHash("sha256").update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Characters of the id of a room or a user: what has more is none. As `id` of the contract, which paths are held against. */
export const longestId = 128;

export function newFileId(): string {
  return randomUUID();
}

/** Whose avatar it is stands in its id, so that nobody else's can be taken for one's own; the rest cannot be guessed. */
export function newAvatarId(userId: string): string {
  return `${ownerOf(userId)}.${randomUUID()}`;
}

/** 132 bits of a digest, since a user's id may hold signs that have a meaning in a path. */
function ownerOf(userId: string): string {
  return digest(userId).slice(0, 22);
}

export function isAvatarId(text: string): boolean {
  return /^[\w-]{22}\.[0-9a-f-]{36}$/.test(text);
}

export function isAvatarOf(userId: string, id: string): boolean {
  return isAvatarId(id) && id.startsWith(`${ownerOf(userId)}.`);
}

export function newRunId(): string {
  return randomUUID();
}

export function newRoomId(): string {
  return randomUUID();
}

/** The same two people always meet in the same room, whoever opens it: a duplicate cannot exist. */
export function directRoomId(one: string, other: string): string {
  return uuidOf(`direct\n${[one, other].sort().join("\n")}`);
}

/** The same creator's same `Idempotency-Key` always names the same room. */
export function roomIdOfKey(creator: string, idempotencyKey: string): string {
  return uuidOf(`room\n${creator}\n${idempotencyKey}`);
}

/** A message's id names its room and its seq, so that finding a message by its id needs no index. */
export function messageId(roomId: string, seq: number): string {
  return `${roomId}-${seq}`;
}

/** What a message id names; undefined when it is none. */
export function parseMessageId(id: string): { roomId: string; seq: number } | undefined {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([1-9]\d{0,11})$/.exec(id);
  return match?.[1] && match[2] ? { roomId: match[1], seq: Number(match[2]) } : undefined;
}

export function newTicket(): string {
  return randomBytes(32).toString("base64url");
}

/** What is stored of a ticket: whoever reads the table cannot use it. */
export function digest(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/** Letters and digits, in small, that follow from a text: as part of a username they are signs that a mention can name. */
export function nameSigns(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}

/**
 * The same reporter's report of the same thing is one: of a message, for each time that it was edited before; of a person,
 * one after the other (`earlier` are closed).
 */
export function reportId(reporter: string, subject: string, earlier: number): string {
  return uuidOf(`report\n${reporter}\n${subject}\n${earlier}`);
}

/** Crockford's base 32, whose digits are in the order of their codes. */
const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

function base32(value: bigint, length: number): string {
  return Array.from(
    { length },
    (_, at) => digits[Number((value >> BigInt(5 * (length - 1 - at))) & 31n)],
  ).join("");
}

/**
 * The same thing always makes the same notification of somebody's. In the form of a ULID, whose order is that of time:
 * 48 bits of it, and 80 of a digest. https://github.com/ulid/spec
 */
export function notificationId(at: string, about: string): string {
  const hex = createHash("sha256").update(about).digest("hex").slice(0, 20);
  return base32(BigInt(Date.parse(at)), 10) + base32(BigInt(`0x${hex}`), 16);
}

/** Behind all ids that begin with a time: until the year 10889 these begin with a digit. */
export const urgentMark = "E";

/** The same for what is to be found apart from all else, however much of that there is. */
export function urgentNotificationId(at: string, about: string): string {
  return urgentMark + notificationId(at, about);
}

/** The time of a notification's id, in milliseconds since 1970. */
export function notificationTime(id: string): number {
  const start = id.startsWith(urgentMark) ? urgentMark.length : 0;
  return [...id.slice(start, start + 10)].reduce((time, digit) => time * 32 + digits.indexOf(digit), 0);
}

/** A short name for a client's own id, so that a membership can remember many of them and stay under 1 KB. */
export function shortDigest(text: string): string {
  return digest(text).slice(0, 8);
}
