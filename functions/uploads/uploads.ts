import type { UploadRequest } from "../../contract/attachments.ts";
import { type MediaKind, mediaTypes } from "../../contract/media-types.ts";
import type { Upload } from "../../contract/objects/attachment.ts";
import { presentAttachment, presentFacts } from "../attachments/present.ts";
import { ApiError, invalidInput } from "../kernel/http/api-error.ts";
import { environment } from "../kernel/runtime/environment.ts";
import { messageId, newFileId } from "../kernel/runtime/ids.ts";
import { isoOf, isPast } from "../kernel/runtime/time.ts";
import { accessMessage } from "../messages/access.ts";
import { isDeletedOrExpired } from "../messages/present.ts";
import { accessMemberRoom } from "../rooms/access.ts";
import { accessSending } from "../rooms/sending.ts";
import { deleteUnboundFile, getFile, putFile, type StoredFile } from "../store/attachments/files.ts";
import { uploadRequest, uploadSeconds } from "../store/attachments/object-urls.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import { objectKeys } from "../store/table/keys.ts";
import { accessFileName } from "./file-name.ts";

function noSuchFile(): ApiError {
  return new ApiError("not_found", "There is no upload with this id.");
}

/** Throws `invalid_input` for a type that does not belong to the kind, and `too_large`. */
function accessKind(kind: MediaKind, { media_type, file_size }: UploadRequest): void {
  if (!mediaTypes[kind].includes(media_type))
    throw invalidInput([
      {
        path: "media_type",
        message: `must be one of ${mediaTypes[kind].join(", ")} to be uploaded as ${kind}`,
      },
    ]);
  const limit = environment.uploadLimit(kind);
  if (file_size > limit)
    throw new ApiError(
      "too_large",
      `The file has ${file_size} bytes; what is uploaded as ${kind} has at most ${limit}.`,
    );
}

/**
 * Begins an upload: returns the one request that stores exactly this file. Throws `forbidden`
 * unless the caller may send in the room, `invalid_input` and `too_large`.
 */
export async function createUpload(userId: string, kind: MediaKind, wanted: UploadRequest) {
  accessKind(kind, wanted);
  accessFileName(wanted.file_name, wanted.media_type);
  accessSending(await accessMemberRoom(userId, wanted.room));
  const file = await putFile({
    id: newFileId(),
    roomId: wanted.room,
    uploaderId: userId,
    kind,
    name: wanted.file_name,
    size: wanted.file_size,
    mediaType: wanted.media_type,
    width: wanted.width ?? null,
    height: wanted.height ?? null,
    duration: wanted.duration ?? null,
  });
  return { file_id: file.id, upload: uploadRequest(file), expires_in: uploadSeconds };
}

/** Returns the message that has the file, if the caller sees it. */
async function visibleMessage(
  userId: string,
  { id, roomId }: StoredFile,
  seq: number,
): Promise<StoredMessage | undefined> {
  try {
    const { message } = await accessMessage(userId, roomId, messageId(roomId, seq));
    return !isDeletedOrExpired(message) && message.attachment?.id === id ? message : undefined;
  } catch (error) {
    // The file is hidden in the same way for a missing room or message, and for one that the caller
    // may not see.
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/**
 * Returns the caller's own pending upload, or the file of a message that the caller sees. Throws
 * `not_found`.
 */
export async function viewUpload(userId: string, fileId: string): Promise<Upload> {
  const file = await getFile(fileId);
  if (!file) throw noSuchFile();
  const message = file.seq === null ? undefined : await visibleMessage(userId, file, file.seq);
  // A file that is bound to an unwritten message, as an interrupted send leaves it, is still
  // pending.
  const isPending = file.uploaderId === userId && file.expiresAt !== null && !isPast(file.expiresAt);
  if (!message && !isPending) throw noSuchFile();
  return {
    ...presentFacts(file),
    room: file.roomId,
    kind: file.kind,
    status: message ? "attached" : "pending",
    message_id: message ? messageId(file.roomId, message.seq) : null,
    url: message ? presentAttachment(message, file).url : null,
    created_at: file.createdAt,
    expires_at: message || file.expiresAt === null ? null : isoOf(file.expiresAt * 1000),
  };
}

/**
 * Deletes the caller's own upload. If interrupted after the first step: its objects are left.
 * Repaired by: the stream, which removes the objects of a deleted file item (see
 * attachments/remove.ts). Throws `not_found`, or `conflict` for a file that is bound to a message.
 */
export async function deleteUpload(userId: string, fileId: string): Promise<void> {
  const file = await getFile(fileId);
  if (!file || file.uploaderId !== userId || isPast(file.expiresAt)) throw noSuchFile();
  if (!(await deleteUnboundFile(fileId)))
    throw new ApiError("conflict", "The file is in a message: delete the message.");
  const { deleteObject } = await import("../store/attachments/objects.ts");
  await Promise.all([
    deleteObject(objectKeys.pending(fileId)),
    deleteObject(objectKeys.attached(file.roomId, fileId)),
  ]);
}
