import type { Notification, NotificationType } from "../../contract/objects/notification.ts";
import { previewOf } from "../store/rooms/heads.ts";

/** What a browser is sent, and the topic: at most about 1 KB of JSON, in any script. */
export interface PushContent {
  readonly type: NotificationType;
  readonly notification_id: string;
  /** The id of the room that it is about; null for `contact_request`. */
  readonly room: string | null;
  /** Who set it off, and the room where it has a name. */
  readonly title: string;
  /** The beginning of the message; '' where there is none, or none that may be shown. */
  readonly body: string;
  /** Of a `new_message`, how many messages are unread in the room; of any other, 1. */
  readonly count: number;
  readonly message_id: string | null;
  readonly message_type: string | null;
}

/** On one line, and not six bytes for a character in JSON. */
function line(text: string): string {
  return previewOf(text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim());
}

/** What the lock screen of somebody who is not there may show. What is encrypted for the receiver is not text to show. */
export function presentPush(
  { type, id, room, message, actor, count }: Notification,
  roomName: string | null,
): PushContent {
  return {
    type,
    notification_id: id,
    room,
    title: [actor.display_name, ...(roomName === null ? [] : [roomName])].map(line).join(" · "),
    body: message && message.message_type !== "encrypted" ? line(message.content) : "",
    count,
    message_id: message?.id ?? null,
    message_type: message?.message_type ?? null,
  };
}

/** The same for a push service that takes less: what to show can be asked for by the ids. */
export function shrunk(content: PushContent): PushContent {
  return { ...content, title: "", body: "" };
}
