import { isPurged } from "../rooms/deleted-rooms.ts";
import type { Change } from "../store/background/changes.ts";
import { removeFileOfMessage, reviewDeletedFile } from "./remove.ts";

/** Removes an upload that no message kept, after it expired or its uploader deleted it. */
export async function onFileDeleted(change: Change): Promise<void> {
  if (change.kind !== "file" || change.after || !change.before || change.before.expiresAt === null) return;
  await reviewDeletedFile(change.before);
}

/**
 * Removes the file of a message that was deleted or expired. If the whole room is purged, its files
 * are removed with the room.
 */
export async function onAttachmentRemoved(change: Change): Promise<void> {
  if (change.kind !== "message" || !change.before?.attachment || change.after?.attachment) return;
  const { roomId, seq, attachment } = change.before;
  if (await isPurged(roomId)) return;
  await removeFileOfMessage(roomId, seq, attachment.id);
}
