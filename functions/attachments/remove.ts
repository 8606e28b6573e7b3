import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { isPurged } from "../rooms/deleted-rooms.ts";
import { deleteFileOf, getFile, restoreFile, type StoredFile } from "../store/attachments/files.ts";
import { getMessage } from "../store/messages/messages.ts";
import type { Head } from "../store/rooms/heads.ts";
import { objectKeys } from "../store/table/keys.ts";

/**
 * What removes the objects of files that are in no message any more. Each action can be called at any time, as often as
 * one likes, and in any order: it looks at what stands in the table then, and never removes a file that a message holds.
 */

/** Whether the message with this seq is there and has the file; a deleted one has none. */
async function isHeld(roomId: string, seq: number, fileId: string): Promise<boolean> {
  return (await getMessage(roomId, seq))?.attachment?.id === fileId;
}

async function deleteObjectsOfFile(roomId: string, fileId: string): Promise<void> {
  const { deleteObject } = await import("../store/attachments/objects.ts");
  await Promise.all([
    deleteObject(objectKeys.attached(roomId, fileId)),
    deleteObject(objectKeys.pending(fileId)),
  ]);
}

/**
 * Removes the file that a message had. Called from the stream, with what the message held before, when a message item
 * loses its `attachment` or is deleted (by its `expires_in`).
 */
export async function removeFileOfMessage(roomId: string, seq: number, fileId: string): Promise<void> {
  if (await isHeld(roomId, seq, fileId)) return;
  await deleteObjectsOfFile(roomId, fileId);
  await deleteFileOf(fileId, seq);
}

/**
 * Sees to a file whose item was deleted, with what the item held. Called from the stream for each `FILE#` item that is
 * deleted before it was kept: by DynamoDB after a day, or by `deleteUpload`. Where a message has the file after all,
 * because its send ended before it could say so, the item is put back.
 */
export async function reviewDeletedFile(file: StoredFile): Promise<void> {
  const { id, roomId, seq } = file;
  if (seq !== null && (await isHeld(roomId, seq, id)) && !(await isPurged(roomId))) return restoreFile(file);
  await deleteObjectsOfFile(roomId, id);
}

/** Items of files that are read, or deleted, at once. */
const itemsAtOnce = 25;

/**
 * Removes the files of a room that is deleted, or of the messages of a direct room before it was opened again, for as
 * long as there is time; false if something is left. Called from the queue, a while after a room was deleted, when nobody
 * sends there any more, and before its messages are removed. `head` is the room's as it is now: what is sent after a
 * direct room was opened again has a higher seq than it has here.
 */
export async function removeFilesOfRoom(head: Head, hasTime: () => boolean): Promise<boolean> {
  const isDeleted = head.status === "deleted";
  const last = isDeleted ? head.seq : head.floor;
  // Of a room that nobody opens again everything goes, also what is left of sends that were cut off.
  const isOver = isDeleted && head.type !== "direct";
  if (last === 0 && !isOver) return true;
  const { deleteObjectsOf, listFileIds } = await import("../store/attachments/room-objects.ts");
  for await (const ids of listFileIds(head.id)) {
    if (!hasTime()) return false;
    const bound: { id: string; seq: number }[] = [];
    const gone: string[] = [];
    await forEachConcurrent(ids, itemsAtOnce, async (id) => {
      const seq = (await getFile(id))?.seq ?? null;
      if (seq !== null && seq <= last) bound.push({ id, seq });
      if (isOver || (seq !== null && seq <= last)) gone.push(id);
    });
    await deleteObjectsOf(head.id, gone);
    await forEachConcurrent(bound, itemsAtOnce, ({ id, seq }) => deleteFileOf(id, seq));
  }
  return true;
}
