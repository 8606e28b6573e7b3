import { createHash, randomBytes, randomUUID } from "node:crypto";

/**
 * Returns 128 bits of a text's digest in the form of a UUID (version 8 of RFC 9562, whose bits are
 * custom).
 */
function uuidOf(text: string): string {
  const bytes = createHash("sha256").update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * Characters of the id of a room or a user; a longer text is no id. It equals `id` of the contract,
 * against which paths are checked.
 */
export const longestId = 128;

/** Returns a new random file id. */
export function newFileId(): string {
  return randomUUID();
}

/**
 * Returns a new avatar id. It names its owner, so that no user can claim another user's avatar; the
 * rest cannot be guessed.
 */
export function newAvatarId(userId: string): string {
  return `${ownerOf(userId)}.${randomUUID()}`;
}

/**
 * Returns 132 bits of a user id's digest, because the id may contain characters with a meaning in a
 * path.
 */
function ownerOf(userId: string): string {
  return digest(userId).slice(0, 22);
}

/** Returns whether a text has the form of an avatar id. */
export function isAvatarId(text: string): boolean {
  return /^[\w-]{22}\.[0-9a-f-]{36}$/.test(text);
}

/** Returns whether an id is that of an avatar of this user. */
export function isAvatarOf(userId: string, id: string): boolean {
  return isAvatarId(id) && id.startsWith(`${ownerOf(userId)}.`);
}

/** Returns a new random id of a run, such as a rebuild. */
export function newRunId(): string {
  return randomUUID();
}

/** Returns a new random room id. */
export function newRoomId(): string {
  return randomUUID();
}

/**
 * Returns the id of the direct room of two users. It is the same for both, so a duplicate cannot
 * exist.
 */
export function directRoomId(one: string, other: string): string {
  return uuidOf(`direct\n${[one, other].sort().join("\n")}`);
}

/** Returns the id of the room that a creator's `Idempotency-Key` names: always the same one. */
export function roomIdOfKey(creator: string, idempotencyKey: string): string {
  return uuidOf(`room\n${creator}\n${idempotencyKey}`);
}

/**
 * Returns a message's id. It names the room and the seq, so that finding a message by its id needs
 * no index.
 */
export function messageId(roomId: string, seq: number): string {
  return `${roomId}-${seq}`;
}

/** Returns the room and the seq that a message id names; undefined if it is no message id. */
export function parseMessageId(id: string): { roomId: string; seq: number } | undefined {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([1-9]\d{0,11})$/.exec(id);
  return match?.[1] && match[2] ? { roomId: match[1], seq: Number(match[2]) } : undefined;
}

/** Returns a new ticket: 256 random bits as text. */
export function newTicket(): string {
  return randomBytes(32).toString("base64url");
}

/** Returns the stored form of a secret such as a ticket: a reader of the table cannot use it. */
export function digest(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/**
 * Returns the first hexadecimal digits of a text's digest. A mention can name them as part of a
 * username.
 */
export function hexDigest(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}

/**
 * Returns the id of a report. The same reporter, subject and `earlier` make one report. `earlier`
 * counts the edits of a reported message, or the closed reports of a reported user. So a new report
 * is possible after each.
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
 * Returns the id of a notification. The same fact at the same time always makes the same id. It has
 * the form of a ULID, which sorts by time: 48 bits of time, and 80 bits of a digest.
 * https://github.com/ulid/spec
 */
export function notificationId(at: string, about: string): string {
  const hex = createHash("sha256").update(about).digest("hex").slice(0, 20);
  return base32(BigInt(Date.parse(at)), 10) + base32(BigInt(`0x${hex}`), 16);
}

/** Sorts behind all ids that begin with a time: until the year 10889 these begin with a digit. */
export const urgentMark = "E";

/**
 * Returns the id of an urgent notification. It is found separately from all others, however many
 * there are.
 */
export function urgentNotificationId(at: string, about: string): string {
  return urgentMark + notificationId(at, about);
}

/** Returns the time of a notification's id, in milliseconds since 1970. */
export function notificationTime(id: string): number {
  const start = id.startsWith(urgentMark) ? urgentMark.length : 0;
  return [...id.slice(start, start + 10)].reduce((time, digit) => time * 32 + digits.indexOf(digit), 0);
}

/**
 * Returns a short name for a client's own id, so that a membership can record many of them and stay
 * under 1 KB.
 */
export function shortDigest(text: string): string {
  return digest(text).slice(0, 8);
}
