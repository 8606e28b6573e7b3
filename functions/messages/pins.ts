import type { Message } from "../../contract/objects/message.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { accessPermission } from "../rooms/access.ts";
import { accessUnblocked } from "../rooms/sending.ts";
import { deletePin, putPin } from "../store/messages/pins.ts";
import { accessChangeableMessage, accessLasting, accessPresent } from "./access.ts";
import { changeMessage } from "./change.ts";
import { publishUpdated } from "./events.ts";

async function accessPinnable(actor: Actor, roomId: string, messageId: string) {
  const found = await accessChangeableMessage(actor.userId, roomId, messageId);
  accessUnblocked(found.room);
  accessPermission(found.room, "can_pin", "pin messages, nor unpin them");
  return found;
}

/**
 * Pins a message: adds it to the list of pins, then marks the message as pinned. If interrupted:
 * the list keeps an entry, which it skips. Repaired by: the caller's repeat, which replaces it.
 * Throws `forbidden`, `not_found`, or `conflict` for a deleted message.
 */
export async function pinMessage(actor: Actor, roomId: string, messageId: string): Promise<Message> {
  const { room, message } = await accessPinnable(actor, roomId, messageId);
  const at = isoNow();
  const changed = await changeMessage(message, {
    intent: (current) => {
      accessPresent(current);
      return current.pinnedAt === null ? { kind: "pin", at } : undefined;
    },
    payer: room.me,
    prepare: (current) => putPin(current, at),
  });
  return publishUpdated(room, changed);
}

/**
 * Unpins a message: marks it as not pinned, then removes it from the list. If interrupted: the list
 * keeps an entry, which it skips. Throws `forbidden` or `not_found`.
 */
export async function unpinMessage(actor: Actor, roomId: string, messageId: string): Promise<void> {
  const { room, message } = await accessPinnable(actor, roomId, messageId);
  let pinnedAt = message.pinnedAt;
  const changed = await changeMessage(message, {
    intent: (current) => {
      accessLasting(current);
      pinnedAt = current.pinnedAt ?? pinnedAt;
      return current.pinnedAt === null ? undefined : { kind: "unpin" };
    },
    payer: room.me,
  });
  if (pinnedAt !== null) await deletePin(message, pinnedAt);
  await publishUpdated(room, changed);
}
