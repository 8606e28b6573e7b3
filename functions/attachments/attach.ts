import type { Draft } from "../../contract/messages.ts";
import { ApiError, invalidInput } from "../kernel/http/api-error.ts";
import { newFileId } from "../kernel/runtime/ids.ts";
import { errorFacts, log } from "../kernel/runtime/log.ts";
import { isPast } from "../kernel/runtime/time.ts";
import {
  bindFile,
  deleteUnboundFile,
  type FileFacts,
  getFile,
  keepFile,
  putFile,
  type StoredFile,
} from "../store/attachments/files.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import { showPreview } from "../store/rooms/heads.ts";
import { objectKeys } from "../store/table/keys.ts";
import { inspectUpload } from "./inspect.ts";

function noSuchUpload(): ApiError {
  return new ApiError("not_found", "You have no upload with this id for this room, or it has expired.");
}

function alreadySent(): ApiError {
  return new ApiError("conflict", "This file is in a message already: upload it again to send it again.");
}

/** Throws `invalid_input` unless the draft leaves its type open, or names the kind of its file. */
function accessType({ message_type }: Draft, { kind }: StoredFile): void {
  if (message_type !== "text" && message_type !== kind)
    throw invalidInput([{ path: "message_type", message: `must be ${kind}, as its file was uploaded` }]);
}

/**
 * The upload that a draft names, looked at, and with a copy of its bytes where the file of a message stays, which no
 * upload reaches. `seq` is that of a message that an earlier call may have bound it to. Nothing is promised to the
 * message yet: a send that is refused after this leaves an upload that can be sent again.
 *
 * Throws `not_found` unless it is the sender's own for this room, `conflict` if it is in a message or not uploaded yet,
 * and `invalid_input` if it is not what it was said to be.
 */
export async function prepareUpload(
  userId: string,
  roomId: string,
  fileId: string,
  draft: Draft,
  seq?: number,
): Promise<StoredFile> {
  const file = await getFile(fileId);
  if (!file || file.uploaderId !== userId || file.roomId !== roomId) throw noSuchUpload();
  if (file.seq === null ? isPast(file.expiresAt) : file.seq !== seq)
    throw file.seq === null ? noSuchUpload() : alreadySent();
  accessType(draft, file);
  const etag = await inspectUpload(file, () => deleteUnboundFile(fileId));
  const { copyObject } = await import("../store/attachments/objects.ts");
  const { mediaType } = file;
  if (
    !(await copyObject(objectKeys.pending(fileId), objectKeys.attached(roomId, fileId), { mediaType, etag }))
  )
    throw new ApiError("conflict", "The file changed while it was looked at: send the message again.");
  return file;
}

/** The file of a message that is forwarded. */
export interface ForwardedFile {
  readonly roomId: string;
  readonly facts: FileFacts;
  readonly kind: StoredFile["kind"];
}

/**
 * A copy of a message's file for another room, as an upload of the one who forwards it: each room keeps and removes its
 * own. Throws `conflict` where the file is gone, or was found to be malware.
 */
export async function copyFile(
  userId: string,
  roomId: string,
  { facts, kind, roomId: sourceRoomId }: ForwardedFile,
): Promise<StoredFile> {
  const { copyObject } = await import("../store/attachments/objects.ts");
  // First of all: what is left of a send that ends here is found by the file, and removed.
  const file = await putFile({ ...facts, id: newFileId(), roomId, uploaderId: userId, kind });
  const copied = await copyObject(
    objectKeys.attached(sourceRoomId, facts.id),
    objectKeys.attached(roomId, file.id),
    { mediaType: facts.mediaType },
  );
  if (!copied)
    throw new ApiError("conflict", "The file of this message can't be forwarded: it is there no more.");
  return file;
}

/**
 * Step "bind" of sending a file, after the message's seq is claimed and before it is written: from here on the file is
 * for this message alone. Throws `conflict` where another message was faster.
 */
export async function attachFile(file: StoredFile, seq: number): Promise<void> {
  const outcome = await bindFile(file.id, seq);
  if (outcome === "taken") throw alreadySent();
  if (outcome === "missing") {
    // Deleted while it was being sent: so is the copy that was made of it.
    const { deleteObject } = await import("../store/attachments/objects.ts");
    await deleteObject(objectKeys.attached(file.roomId, file.id));
    throw noSuchUpload();
  }
}

/**
 * After a message with a file was written: the file stays for good. Shows the message as the room's last one again,
 * because a send of the same file that came to nothing may have taken it from there (see docs/decisions/012). Never
 * fails: the message is stored, and what is not done here is done by `reviewDeletedFile`.
 */
export async function keepFileOfMessage(stored: StoredMessage): Promise<void> {
  if (!stored.attachment) return;
  const results = await Promise.allSettled([
    keepFile(stored.attachment.id, stored.seq),
    showPreview(stored.roomId, stored),
  ]);
  for (const result of results)
    if (result.status === "rejected") log("warn", "file_not_settled", errorFacts(result.reason));
}
