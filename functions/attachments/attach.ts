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
import { inspectUpload } from "./inspect-upload.ts";

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
 * Returns the upload that a draft names, inspected. Copies its bytes to the place of message files,
 * which no upload reaches. `seq` is the message's seq, if an earlier call may have bound the file
 * to it. The file is not bound to the message yet: if the send is refused after this, the upload
 * can be sent again.
 *
 * Throws `not_found` unless it is the sender's own upload for this room. Throws `conflict` if it is
 * in a message or not uploaded yet. Throws `invalid_input` if its bytes are not of the declared
 * kind.
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

/** The file of a forwarded message. */
export interface ForwardedFile {
  readonly roomId: string;
  readonly facts: FileFacts;
  readonly kind: StoredFile["kind"];
}

/**
 * Copies a message's file for another room, as an upload of the forwarding member. Each room keeps
 * and removes its own copy. Throws `conflict` if the file is missing, or was found to be malware.
 */
export async function copyFile(
  userId: string,
  roomId: string,
  { facts, kind, roomId: sourceRoomId }: ForwardedFile,
): Promise<StoredFile> {
  const { copyObject } = await import("../store/attachments/objects.ts");
  // The item comes first. If the send is interrupted here, its item leads to the copied object, and
  // both are removed.
  const file = await putFile({ ...facts, id: newFileId(), roomId, uploaderId: userId, kind });
  const copied = await copyObject(
    objectKeys.attached(sourceRoomId, facts.id),
    objectKeys.attached(roomId, file.id),
    { mediaType: facts.mediaType },
  );
  if (!copied)
    throw new ApiError("conflict", "The file of this message can't be forwarded: it no longer exists.");
  return file;
}

/**
 * Step "bind" of sending a file: binds the file to the message of this seq alone. It follows the
 * claim of the seq and precedes the write of the message. Throws `conflict` if another message was
 * faster.
 */
export async function attachFile(file: StoredFile, seq: number): Promise<void> {
  const outcome = await bindFile(file.id, seq);
  if (outcome === "taken") throw alreadySent();
  if (outcome === "missing") {
    // The file was deleted while it was being sent: its copy is deleted as well.
    const { deleteObject } = await import("../store/attachments/objects.ts");
    await deleteObject(objectKeys.attached(file.roomId, file.id));
    throw noSuchUpload();
  }
}

/**
 * Keeps a file for good after its message was written. Shows the message as the room's last one
 * again: a failed send of the same file may have replaced it (see docs/decisions/012). Never fails,
 * because the message is stored; `reviewDeletedFile` does what is not done here.
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
