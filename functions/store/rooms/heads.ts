/**
 * Room heads: what every message and every list of rooms needs. A head stays under 1 KB, so that a
 * send writes one unit.
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
  /** Null if the room has no name, or if the details hold it because it is long. */
  readonly name: string | null;
  readonly nameInDetails: boolean;
  readonly status: RoomStatus;
  /** The seq of the last message; 0 in a new room. */
  readonly seq: number;
  /** Each change of a message takes the next one (see functions/store/messages/change-log.ts). */
  readonly rev: number;
  /** When the last `rev` was taken, in seconds since 1970; 0 if none was. */
  readonly revAt: number;
  /** When the `rev` before it was taken. */
  readonly revBefore: number;
  /**
   * Hides messages up to this seq: a direct room that was deleted and opened again starts empty.
   */
  readonly floor: number;
  readonly permissions: Permissions;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** The number of roster items of the room. */
  readonly rosterChunks: number;
  /**
   * Whether the list of connected members holds every connected member of a large room (see
   * connected-members.ts).
   */
  readonly isConnectedListed: boolean;
  /** Whether the room has a details item. */
  readonly hasDetails: boolean;
  readonly last: (Preview & { readonly seq: number }) | undefined;
  /** The two members of a direct room. */
  readonly pair: readonly [string, string] | undefined;
  /** The members of a direct room who blocked the other. */
  readonly blockedBy: ReadonlySet<string>;
}

/** Returns whether a room exists: it was created and is not deleted. Archived rooms exist. */
export function isThere(head: Head | undefined): head is Head {
  return head !== undefined && head.status !== "deleted";
}

/** Returns whether a member of a direct room blocks the other. */
export function isBlocked({ blockedBy }: Pick<Head, "blockedBy">): boolean {
  return blockedBy.size > 0;
}

/**
 * Bytes of a name that the head holds. The details hold a longer one, such as 100 Chinese
 * characters.
 */
const nameBytes = 200;

/** Returns whether a name is short enough for the head. */
export function fitsHead(name: string): boolean {
  return Buffer.byteLength(name) <= nameBytes;
}

/** Returns a name as the head stores it. */
function nameToItem(name: string | null) {
  return name === null ? {} : fitsHead(name) ? { name } : { long_name: true };
}

// 160 characters, in as many bytes as keep the head under 1 KB in a script of three bytes a
// character.
const previewCharacters = 160;
const previewBytes = 320;

/** Returns the start of a text, for the head. It cuts no character in two. */
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

// Each `as` below is safe: only this module writes the attributes.
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
    revAt: typeof item.rev_at === "number" ? item.rev_at : 0,
    revBefore: typeof item.rev_before === "number" ? item.rev_before : 0,
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

/** Returns the head item of a new room, without messages. */
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

/**
 * The head after the room gave a seq. If the room takes no messages, the head as it is; undefined
 * if there is none.
 */
export type TakenSeq =
  | {
      readonly taken: true;
      readonly head: Head;
      /** The last message that the head showed before. */
      readonly previous: Head["last"];
    }
  | { readonly taken: false; readonly head: Head | undefined };

/**
 * Step "order" of sending: takes the room's next seq and shows the message as its last one. Fails
 * if the room is not active, its members of this role may not send, or one member of a direct room
 * has blocked the other.
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
 * Shows `last` as the room's last message again, if the head still shows the message at `seq`,
 * which was never stored.
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

/**
 * Shows the present content of the room's last message. Does nothing if the room has another last
 * message, or if the head shows a later change of this one.
 */
export async function showChangedPreview(
  roomId: string,
  last: Preview & { readonly seq: number; readonly rev: number },
): Promise<void> {
  await updateItem(keys.head(roomId), {
    set: { last: { ...previewToItem(last), rev: last.rev } },
    condition: ["last_seq = :seq", "(attribute_not_exists(#last.rev) OR #last.rev < :rev)"],
    values: { seq: last.seq, rev: last.rev },
    names: { last: "last", rev: "rev" },
  });
}

/** Shows a message as the room's last one, unless the head shows a later one. */
export async function showPreview(roomId: string, last: Preview & { seq: number }): Promise<void> {
  await updateItem(keys.head(roomId), {
    set: { last: previewToItem(last), last_seq: last.seq },
    condition: ["attribute_exists(pk)", "(attribute_not_exists(last_seq) OR last_seq < :last_seq)"],
  });
}
