import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { isPurged } from "../rooms/deleted-rooms.ts";
import { deleteFileOf, getFile, restoreFile, type StoredFile } from "../store/attachments/files.ts";
import { getMessage } from "../store/messages/messages.ts";
import type { Head } from "../store/rooms/heads.ts";
import { objectKeys } from "../store/table/keys.ts";

/**
 * Removes the objects of files that are no longer in a message. Each function can be called at any
 * time, repeatedly, and in any order: it reads the present state of the table, and never removes a
 * file that a message holds.
 */

/**
 * Returns whether the message with this seq exists and has the file; a deleted message has none.
 */
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
 * Removes a message's former file. The stream calls it when a message item loses its `attachment`,
 * or is deleted by its `expires_in`, and gives what the message held before.
 */
export async function removeFileOfMessage(roomId: string, seq: number, fileId: string): Promise<void> {
  if (await isHeld(roomId, seq, fileId)) return;
  await deleteObjectsOfFile(roomId, fileId);
  await deleteFileOf(fileId, seq);
}

/**
 * Handles a deleted file item, given what the item held. The stream calls it for each `FILE#` item
 * that is deleted before it was kept: by DynamoDB after a day, or by `deleteUpload`. If a message
 * has the file, its send was interrupted before it could keep it: the item is put back.
 */
export async function reviewDeletedFile(file: StoredFile): Promise<void> {
  const { id, roomId, seq } = file;
  if (seq !== null && (await isHeld(roomId, seq, id)) && !(await isPurged(roomId))) return restoreFile(file);
  await deleteObjectsOfFile(roomId, id);
}

/** The number of file items that are read or deleted concurrently. */
const itemsAtOnce = 25;

/**
 * Removes the files of a deleted room, or the files of messages before a direct room was reopened.
 * Works while there is time, and returns false if something is left. The queue calls it a while
 * after a room was deleted, when members no longer send there. It precedes the removal of the
 * messages. `head` is the room's present head: messages after the reopening of a direct room have
 * seqs above its floor. Their files stay.
 */
export async function removeFilesOfRoom(head: Head, hasTime: () => boolean): Promise<boolean> {
  const isDeleted = head.status === "deleted";
  const last = isDeleted ? head.seq : head.floor;
  // A deleted room that cannot be reopened loses all files, including those of interrupted sends.
  const isOver = isDeleted && head.type !== "direct";
  if (last === 0 && !isOver) return true;
  const { deleteObjectsOf, listFileIds } = await import("../store/attachments/room-objects.ts");
  for await (const ids of listFileIds(head.id)) {
    if (!hasTime()) return false;
    const bound: { id: string; seq: number }[] = [];
    const removable: string[] = [];
    await forEachConcurrent(ids, itemsAtOnce, async (id) => {
      const seq = (await getFile(id))?.seq ?? null;
      if (seq !== null && seq <= last) bound.push({ id, seq });
      if (isOver || (seq !== null && seq <= last)) removable.push(id);
    });
    await deleteObjectsOf(head.id, removable);
    await forEachConcurrent(bound, itemsAtOnce, ({ id, seq }) => deleteFileOf(id, seq));
  }
  return true;
}
