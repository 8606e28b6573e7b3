/**
 * Room heads: what every message and every listing of a room needs, kept under 1 KB so that a send writes one unit.
 *   one, many by id           ROOM#r / HEAD
 */
import type { MessageType } from "../../../contract/objects/message.ts";
import type { Permissions, RoomRole, RoomStatus, RoomType } from "../../../contract/objects/room.ts";
import { isoNow } from "../../kernel/runtime/time.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { getItem, type Item, updateItem } from "../table/table.ts";
import { permissionLetter, permissionsFromText, usualPermissions } from "./permissions.ts";

/** The last message in short, so that a list of rooms reads no messages. */
interface Preview {
  readonly senderId: string;
  readonly content: string;
  readonly type: MessageType;
  /** RFC 3339. */
  readonly at: string;
  readonly isDeleted: boolean;
  /** When the message destroys itself, in seconds since 1970; null for never. */
  readonly expiresAt: number | null;
}

export interface Head {
  readonly id: string;
  readonly type: RoomType;
  /** Null where the room has none, and where it stands in the details because it is long. */
  readonly name: string | null;
  readonly nameInDetails: boolean;
  readonly status: RoomStatus;
  /** The number of the last message; 0 in a new room. */
  readonly seq: number;
  /** Raised by each change of a message. */
  readonly rev: number;
  /** Messages up to this seq are out of reach: a direct room that was deleted and opened again starts empty. */
  readonly floor: number;
  readonly permissions: Permissions;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** How many roster items the room has. */
  readonly rosterChunks: number;
  /** Whether all members of a large room are told of it by its list of who is live (see live.ts). */
  readonly isConnectedListed: boolean;
  /** Whether the room has a details item. */
  readonly hasDetails: boolean;
  readonly last: (Preview & { readonly seq: number }) | undefined;
  /** The two of a direct room. */
  readonly pair: readonly [string, string] | undefined;
  /** Those of a direct room who blocked the other. */
  readonly blockedBy: ReadonlySet<string>;
}

/** Whether a room exists: it was created and is not deleted. Archived rooms exist. */
export function isThere(head: Head | undefined): head is Head {
  return head !== undefined && head.status !== "deleted";
}

/** Whether a room has more members than one roster chunk holds (200), or ever had. */
export function isLarge({ rosterChunks }: Pick<Head, "rosterChunks">): boolean {
  return rosterChunks > 1;
}

/** Whether one of the two members of a direct room blocks the other. */
export function isBlocked({ blockedBy }: Pick<Head, "blockedBy">): boolean {
  return blockedBy.size > 0;
}

/** Bytes of a name that the head holds; a longer one, such as 100 Chinese characters, stands in the details. */
const nameBytes = 200;

/** Whether a name is short enough for the head. */
export function fitsHead(name: string): boolean {
  return Buffer.byteLength(name) <= nameBytes;
}

/** A name as the head stores it. */
function nameToItem(name: string | null) {
  return name === null ? {} : fitsHead(name) ? { name } : { long_name: true };
}

// 160 characters, and no more bytes than leave the head under 1 KB in a script of three bytes a character.
const previewCharacters = 160;
const previewBytes = 320;

/** The beginning of a text, for the head. Never cut inside a character. */
export function previewOf(content: string): string {
  let preview = "";
  let characters = 0;
  let bytes = 0;
  for (const character of content) {
    characters += 1;
    bytes += Buffer.byteLength(character);
    if (characters > previewCharacters || bytes > previewBytes) break;
    preview += character;
  }
  return preview;
}

export function previewToItem(preview: Preview) {
  return {
    sender: preview.senderId,
    content: preview.isDeleted ? "" : previewOf(preview.content),
    type: preview.type,
    at: preview.at,
    ...(preview.isDeleted && { deleted: true }),
    ...(preview.expiresAt !== null && { expires: preview.expiresAt }),
  };
}

// Each `as` below is safe: the attributes were written by this module alone.
function previewFromItem(item: Item): Head["last"] {
  const last = item.last as ReturnType<typeof previewToItem> | undefined;
  if (!last) return undefined;
  return {
    senderId: last.sender,
    content: last.content,
    type: last.type,
    at: last.at,
    isDeleted: last.deleted === true,
    expiresAt: last.expires ?? null,
    seq: Number(item.last_seq),
  };
}

export function headFromItem(item: Item): Head {
  return {
    id: idOfKey(String(item.pk)),
    type: item.type as RoomType,
    name: typeof item.name === "string" ? item.name : null,
    nameInDetails: item.long_name === true,
    status: item.status as RoomStatus,
    seq: Number(item.seq),
    rev: Number(item.rev),
    floor: typeof item.floor === "number" ? item.floor : 0,
    permissions:
      typeof item.may === "string" ? permissionsFromText(item.may) : usualPermissions(item.type as RoomType),
    createdBy: String(item.created_by),
    createdAt: String(item.created_at),
    updatedAt: String(item.updated_at),
    rosterChunks: Number(item.roster_chunks),
    isConnectedListed: item.connected_listed === true,
    hasDetails: item.details === true,
    last: previewFromItem(item),
    pair: item.pair as Head["pair"],
    blockedBy: item.blocked_by instanceof Set ? item.blocked_by : new Set(),
  };
}

/** The item of a new room: no messages yet. */
export function newHeadItem(
  head: Pick<
    Head,
    "id" | "type" | "name" | "createdBy" | "createdAt" | "rosterChunks" | "hasDetails" | "pair"
  >,
) {
  return {
    ...keys.head(head.id),
    type: head.type,
    ...nameToItem(head.name),
    status: "active" satisfies RoomStatus,
    seq: 0,
    rev: 0,
    created_by: head.createdBy,
    created_at: head.createdAt,
    updated_at: head.createdAt,
    roster_chunks: head.rosterChunks,
    ...(head.hasDetails && { details: true }),
    ...(head.pair && { pair: [...head.pair] }),
  };
}

export async function getHead(
  roomId: string,
  read: "consistent" | "eventual" = "eventual",
): Promise<Head | undefined> {
  const item = await getItem(keys.head(roomId), read);
  return item && headFromItem(item);
}

/** The head after a number was taken; or, where the room takes no messages, as it is: undefined if there is none. */
export type TakenSeq =
  | {
      readonly taken: true;
      readonly head: Head;
      /** What was shown as the last message before. */
      readonly previous: Head["last"];
    }
  | { readonly taken: false; readonly head: Head | undefined };

/**
 * Step "order" of sending: takes the room's next number and shows the message as its last, unless the room is not
 * active, its members of this role may not send, or one of its two has blocked the other.
 */
export async function takeSeq(roomId: string, preview: Preview, role: RoomRole): Promise<TakenSeq> {
  const { done, item } = await updateItem(keys.head(roomId), {
    set: { last: previewToItem(preview), updated_at: preview.at },
    compute: { seq: "seq + :one", last_seq: "seq + :one" },
    condition: [
      "#status = :active",
      "attribute_not_exists(blocked_by)",
      "(attribute_not_exists(may) OR contains(may, :send))",
    ],
    values: {
      one: 1,
      active: "active" satisfies RoomStatus,
      send: permissionLetter(role, "can_send"),
    },
    returns: "ALL_OLD",
  });
  if (!done) return { taken: false, head: item && headFromItem(item) };
  const before = headFromItem(item);
  const seq = before.seq + 1;
  const last = { ...preview, content: previewOf(preview.content), seq };
  return { taken: true, head: { ...before, seq, last, updatedAt: preview.at }, previous: before.last };
}

/**
 * Shows `last` as the room's last message again, if the one at `seq`, which was never stored, still stands there.
 */
export async function withdrawPreview(
  roomId: string,
  seq: number,
  last: (Preview & { seq: number }) | undefined,
): Promise<void> {
  await updateItem(keys.head(roomId), {
    set: {
      last: last ? previewToItem(last) : null,
      last_seq: last ? last.seq : null,
      updated_at: isoNow(),
    },
    condition: "last_seq = :seq",
    values: { seq },
  });
}

/** Shows a message as the room's last one, unless a later one stands there. */
export async function showPreview(roomId: string, last: Preview & { seq: number }): Promise<void> {
  await updateItem(keys.head(roomId), {
    set: { last: previewToItem(last), last_seq: last.seq },
    condition: ["attribute_exists(pk)", "(attribute_not_exists(last_seq) OR last_seq < :last_seq)"],
  });
}
