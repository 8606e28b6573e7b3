import type { Attachment } from "../../contract/objects/attachment.ts";
import type { FileFacts } from "../store/attachments/files.ts";
import { downloadUrl } from "../store/attachments/object-urls.ts";
import type { StoredMessage } from "../store/messages/messages.ts";

/** What is known of a file, as clients call it. */
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
 * The file of a message, with a fresh URL to download it. Only for who sees the message: whoever has the URL has the
 * file, for five minutes, or until the message destroys itself.
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
