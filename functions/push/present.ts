import type { Notification, NotificationType } from "../../contract/objects/notification.ts";
import { previewOf } from "../store/rooms/heads.ts";

/**
 * The content of a push to a browser or to the topic: at most about 1 KB of JSON, in any script.
 */
export interface PushContent {
  readonly type: NotificationType;
  readonly notification_id: string;
  /** The id of the notification's room; null for `contact_request`. */
  readonly room: string | null;
  /** The actor's display name, and the room's name if it has one. */
  readonly title: string;
  /** The start of the message; '' if there is no message, or its text must not be shown. */
  readonly body: string;
  /** For a `new_message` the number of unread messages in the room; 1 for any other type. */
  readonly count: number;
  readonly message_id: string | null;
  readonly message_type: string | null;
}

/**
 * Returns the start of a text on one line. It replaces control characters, each of which would take
 * six bytes in JSON.
 */
function line(text: string): string {
  return previewOf(text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim());
}

/**
 * Returns what the lock screen of an absent user may show. An encrypted message has no text that
 * could be shown.
 */
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

/**
 * Returns the content without its texts, for a push service that takes less: the client requests
 * what to show by the ids.
 */
export function withoutTexts(content: PushContent): PushContent {
  return { ...content, title: "", body: "" };
}
