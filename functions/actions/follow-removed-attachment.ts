import { removeFileOfMessage } from "../attachments/remove.ts";
import { isRoomGone } from "../rooms/deleted-rooms.ts";
import type { Change } from "../store/background/changes.ts";

/** A message was deleted, or is gone, and had a file: the file goes too, unless it went with all of its room. */
export const followRemovedAttachment = async (change: Change): Promise<void> => {
  if (change.kind !== "message" || !change.before?.attachment || change.after?.attachment) return;
  const { roomId, seq, attachment } = change.before;
  if (await isRoomGone(roomId)) return;
  await removeFileOfMessage(roomId, seq, attachment.id);
};
