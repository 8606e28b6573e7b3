/**
 * Files: uploads, and the messages that hold them.
 *   one by id                 FILE#id / FILE
 * Until a message holds it, a file expires after a day. So does its object, below `pending/`.
 */
import type { MediaKind } from "../../../contract/media-types.ts";
import { epochSeconds, isoOf } from "../../kernel/runtime/time.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { deleteIf, getItem, type Item, putIfAbsent, updateItem } from "../table/table.ts";

/** The facts about a file that its message shows. */
export interface FileFacts {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly mediaType: string;
  readonly width: number | null;
  readonly height: number | null;
  /** Seconds. */
  readonly duration: number | null;
}

export interface StoredFile extends FileFacts {
  readonly roomId: string;
  readonly uploaderId: string;
  readonly kind: MediaKind;
  /** RFC 3339. */
  readonly createdAt: string;
  /** When it expires, in seconds since 1970; null once a message holds it. */
  readonly expiresAt: number | null;
  /**
   * The message that it is bound to, in its room; null if there is none yet. Once set, it never
   * changes.
   */
  readonly seq: number | null;
}

/** Seconds for which an upload waits for its message. */
const uploadLifetime = 24 * 60 * 60;

export function factsToItem({ id, name, size, mediaType, width, height, duration }: FileFacts) {
  return {
    id,
    name,
    size,
    media_type: mediaType,
    ...(width !== null && { width }),
    ...(height !== null && { height }),
    ...(duration !== null && { duration }),
  };
}

function numberOr(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

export function factsFromItem(item: Item): FileFacts {
  return {
    id: String(item.id),
    name: String(item.name),
    size: Number(item.size),
    mediaType: String(item.media_type),
    width: numberOr(item.width),
    height: numberOr(item.height),
    duration: numberOr(item.duration),
  };
}

export function fileFromItem(item: Item): StoredFile {
  return {
    ...factsFromItem({ ...item, id: idOfKey(String(item.pk)) }),
    roomId: String(item.room),
    uploaderId: String(item.uploader),
    // Safe: only putFile writes it.
    kind: item.kind as MediaKind,
    createdAt: isoOf(Number(item.created_at)),
    expiresAt: numberOr(item.expires_at),
    seq: numberOr(item.seq),
  };
}

function toItem(file: StoredFile) {
  const { id, ...facts } = factsToItem(file);
  return {
    ...keys.file(id),
    ...facts,
    room: file.roomId,
    uploader: file.uploaderId,
    kind: file.kind,
    created_at: Date.parse(file.createdAt),
    ...(file.expiresAt !== null && { expires_at: file.expiresAt }),
    ...(file.seq !== null && { seq: file.seq }),
  };
}

/** Records an upload for a day. */
export async function putFile(
  upload: Omit<StoredFile, "createdAt" | "expiresAt" | "seq">,
): Promise<StoredFile> {
  const now = Date.now();
  const expiresAt = epochSeconds(now) + uploadLifetime;
  const file: StoredFile = { ...upload, createdAt: isoOf(now), expiresAt, seq: null };
  await putIfAbsent(toItem(file));
  return file;
}

export async function getFile(id: string): Promise<StoredFile | undefined> {
  const item = await getItem(keys.file(id), "consistent");
  return item && fileFromItem(item);
}

/**
 * Step "bind" of sending a file: binds it to this message and no other, for good. Returns `taken`
 * if it is bound to another message, and `missing` if it was deleted or has expired.
 */
export async function bindFile(id: string, seq: number): Promise<"bound" | "taken" | "missing"> {
  const { done, item } = await updateItem(keys.file(id), {
    set: { seq },
    condition: ["attribute_exists(pk)", "(attribute_not_exists(seq) OR seq = :seq)"],
  });
  if (done) return "bound";
  return item ? "taken" : "missing";
}

/** Keeps a file that its message now holds: it no longer expires. */
export async function keepFile(id: string, seq: number): Promise<void> {
  await updateItem(keys.file(id), {
    remove: ["expires_at"],
    condition: "seq = :seq",
    values: { seq },
  });
}

/**
 * Puts back a file that expired although its message holds it. This happens if a send was
 * interrupted before `keepFile`.
 */
export async function restoreFile(file: StoredFile): Promise<void> {
  await putIfAbsent(toItem({ ...file, expiresAt: null }));
}

/** Deletes a file that is bound to no message. Returns false if it is bound to one. */
export async function deleteUnboundFile(id: string): Promise<boolean> {
  const { done } = await deleteIf(keys.file(id), "attribute_not_exists(seq)");
  return done;
}

/** Deletes the file of a message that no longer holds it. */
export async function deleteFileOf(id: string, seq: number): Promise<void> {
  await deleteIf(keys.file(id), "seq = :seq", { seq });
}
