import { deleteFileOf, getFile, restoreFile, type StoredFile } from "../data/files.ts";
import { getHead } from "../data/heads.ts";
import { objectKeys } from "../data/keys.ts";
import { getMessage } from "../data/messages.ts";

/**
 * What removes the objects of files that are in no message any more. Each action can be called at any time, as often as
 * one likes, and in any order: it looks at what stands in the table then, and never removes a file that a message holds.
 */

/** Whether the message with this seq is there and has the file; a deleted one has none. */
const isHeld = async (roomId: string, seq: number, fileId: string): Promise<boolean> =>
  (await getMessage(roomId, seq))?.attachment?.id === fileId;

const deleteObjectsOfFile = async (roomId: string, fileId: string): Promise<void> => {
  const { deleteObject } = await import("../data/objects.ts");
  await Promise.all([
    deleteObject(objectKeys.attached(roomId, fileId)),
    deleteObject(objectKeys.pending(fileId)),
  ]);
};

/**
 * Removes the file that a message had. Called from the stream, with what the message held before, when a message item
 * loses its `attachment` or is deleted (by its `expires_in`).
 */
export const removeFileOfMessage = async (roomId: string, seq: number, fileId: string): Promise<void> => {
  if (await isHeld(roomId, seq, fileId)) return;
  await deleteObjectsOfFile(roomId, fileId);
  await deleteFileOf(fileId, seq);
};

/**
 * Sees to a file whose item was deleted, with what the item held. Called from the stream for each `FILE#` item that is
 * deleted: by DynamoDB after a day, or by `deleteUpload`. Where a message has the file after all, because its send ended
 * before it could say so, the item is put back.
 */
export const reviewDeletedFile = async (file: StoredFile): Promise<void> => {
  if (file.seq !== null && (await isHeld(file.roomId, file.seq, file.id))) return restoreFile(file);
  await deleteObjectsOfFile(file.roomId, file.id);
};

/**
 * Removes the files of a room that is deleted, or of the messages of a direct room before it was opened again. Called
 * from the queue after a head's `status` becomes `deleted` or its `floor` rises; a call that ends in between has removed
 * some, and the next one goes on.
 */
export const removeFilesOfRoom = async (roomId: string): Promise<void> => {
  const head = await getHead(roomId, "consistent");
  if (!head) return;
  // What is sent after a room was opened again has a higher seq than the room had when it was read here.
  const last = head.status === "deleted" ? head.seq : head.floor;
  const { deleteObjectsOf, listFileIds } = await import("../data/room-objects.ts");
  for await (const ids of listFileIds(roomId)) {
    const files = (await Promise.all(ids.map(getFile))).filter((file) => file !== undefined);
    const gone = files.filter(({ seq }) => seq !== null && seq <= last);
    await deleteObjectsOf(
      roomId,
      gone.map(({ id }) => id),
    );
    for (const { id, seq } of gone) if (seq !== null) await deleteFileOf(id, seq);
  }
};
