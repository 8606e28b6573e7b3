import type { Message } from "../../contract/objects/message.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { accessChangeableMessage, accessPresent } from "../messages/access.ts";
import { changeMessage } from "../messages/change.ts";
import { notifyUpdated } from "../messages/events.ts";
import { accessPermission, accessUnblocked } from "../rooms/access.ts";
import { putEdit } from "../store/messages/edits.ts";

/**
 * Edits a message. What it said before is kept first, under the number of its edits, and the edit stands on that
 * number: a function that ends in between leaves the present content kept as well, which no list shows yet, and the
 * repeat finds it there. Throws `forbidden`, `not_found`, or `conflict` for a deleted message.
 */
export const updateMessage = async (
  actor: Actor,
  roomId: string,
  messageId: string,
  content: string,
): Promise<Message> => {
  const { room, message } = await accessChangeableMessage(actor.userId, roomId, messageId);
  if (message.senderId !== actor.userId) throw new ApiError("forbidden", "Only its author edits a message.");
  accessUnblocked(room);
  accessPermission(room, "can_send", "send messages, nor edit them");
  const changed = await changeMessage(room.head, message, {
    intent: (current) => {
      accessPresent(current);
      return current.content === content ? undefined : { kind: "edit", content, at: isoNow() };
    },
    payer: room.me,
    prepare: putEdit,
  });
  return notifyUpdated(room, changed);
};
