import { isPurged } from "../rooms/deleted-rooms.ts";
import type { Change } from "../store/background/changes.ts";
import { removeFileOfMessage, reviewDeletedFile } from "./remove.ts";

/** An upload that no message kept is gone, as it was to be after a day, or because its uploader deleted it. */
export async function onFileDeleted(change: Change): Promise<void> {
  if (change.kind !== "file" || change.after || !change.before || change.before.expiresAt === null) return;
  await reviewDeletedFile(change.before);
}

/** A message was deleted, or is gone, and had a file: the file goes too, unless it went with all of its room. */
export async function onAttachmentRemoved(change: Change): Promise<void> {
  if (change.kind !== "message" || !change.before?.attachment || change.after?.attachment) return;
  const { roomId, seq, attachment } = change.before;
  if (await isPurged(roomId)) return;
  await removeFileOfMessage(roomId, seq, attachment.id);
}
