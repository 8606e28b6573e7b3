import { isPurged } from "../rooms/deleted-rooms.ts";
import type { StreamHandlers } from "../store/background/changes.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import { removeFileOfMessage, reviewDeletedFile } from "./remove.ts";

/** Removes the file that a message had, unless the task that purges its room does so. */
async function removeFile({ roomId, seq, attachment }: StoredMessage): Promise<void> {
  if (!attachment || (await isPurged(roomId))) return;
  await removeFileOfMessage(roomId, seq, attachment.id);
}

export const attachmentStreamHandlers = {
  /** A message that is deleted loses its file. */
  messageChanged: async ({ before, after }) => {
    if (!after.attachment) await removeFile(before);
  },

  messagePurged: removeFile,

  fileDeleted: reviewDeletedFile,
} satisfies StreamHandlers;
