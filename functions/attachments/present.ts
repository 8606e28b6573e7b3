import type { Attachment } from "../../contract/objects/attachment.ts";
import type { FileFacts } from "../store/attachments/files.ts";
import { downloadUrl } from "../store/attachments/object-urls.ts";
import type { StoredMessage } from "../store/messages/messages.ts";

/** Returns the facts of a file under the API's names. */
export function presentFacts(file: FileFacts) {
  return {
    file_id: file.id,
    file_name: file.name,
    file_size: file.size,
    media_type: file.mediaType,
    width: file.width,
    height: file.height,
    duration: file.duration,
  };
}

/**
 * Returns the file of a message, with a fresh download URL. Call it only for users who see the
 * message. The URL gives the file to anyone who has it, for five minutes or until the message
 * expires.
 */
export function presentAttachment(
  { roomId, expiresAt }: Pick<StoredMessage, "roomId" | "expiresAt">,
  file: FileFacts,
): Attachment {
  return {
    ...presentFacts(file),
    url: downloadUrl(roomId, file, expiresAt),
  };
}
