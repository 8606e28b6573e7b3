import type { Message } from "../../contract/objects/message.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { backoff } from "../kernel/runtime/retry.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { noSuchMessage } from "../receipts/access.ts";
import { accessPermission } from "../rooms/access.ts";
import { chargeNow, rateBucket } from "../rooms/rate-limit.ts";
import { accessUnblocked } from "../rooms/sending.ts";
import { recordRev, takeRev, voidRev } from "../store/messages/change-log.ts";
import { putEdit } from "../store/messages/edits.ts";
import { applyChange, type MessageChange } from "../store/messages/message-changes.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import { type Head, previewOf, showChangedPreview } from "../store/rooms/heads.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { accessChangeableMessage, accessPresent } from "./access.ts";
import { publishUpdated } from "./events.ts";

/** How often a change is tried when other changes of the same message overtake it. */
const attempts = 50;

function overtaken(): ApiError {
  return new ApiError("unavailable", "Too many changes at once of this message: do this once more.", {
    retryAfter: 1,
  });
}

/**
 * Returns the change that brings the message, as it is now, to the wanted state. Returns undefined
 * if it is in that state. Throws if the caller may not make the change, or the message does not
 * allow it.
 */
type Intent = (current: StoredMessage) => MessageChange | undefined;

interface Steps {
  readonly intent: Intent;
  /**
   * The member whose rate bucket pays for the change. A change costs as much as sending a message,
   * because the whole room gets an event. Undefined for an administrator, who pays nothing.
   */
  readonly payer: Membership | undefined;
  /**
   * Stores what must be stored before the change. It gets the message as it is before the change.
   */
  readonly prepare?: (current: StoredMessage, change: MessageChange) => Promise<void>;
}

/**
 * Shows the message's present content in the head, if it is the room's last one and the head shows
 * another content.
 */
async function updatePreview(head: Head, message: StoredMessage): Promise<void> {
  const shown = head.last;
  if (shown?.seq !== message.seq) return;
  const isShown =
    shown.isDeleted === message.isDeleted &&
    shown.content === (message.isDeleted ? "" : previewOf(message.content));
  if (!isShown) await showChangedPreview(head.id, message);
}

/**
 * Applies the change under a revision of its own: takes the room's next one, records in the log
 * which message it changes, and lands the change on the message. Another call may have landed a
 * later revision in between, or what the change depends on: it is not done then.
 *
 * Throws `not_found` if the message no longer exists.
 */
async function land(current: StoredMessage, change: MessageChange) {
  const head = await takeRev(current.roomId);
  if (!head) throw noSuchMessage();
  await recordRev(head, current.seq);
  const { done, message } = await applyChange(current, head.rev, change);
  // A message with a later revision settles the number by itself.
  if (!done && (message?.rev ?? 0) < head.rev) await voidRev(head.id, head.rev);
  if (!message) throw noSuchMessage();
  return { done, message, head };
}

/**
 * Changes a message: takes a revision of the room that no other change has, records it in the
 * room's log, and lands the change on the message under that revision
 * (docs/decisions/023-change-log.md). So the event that announces a revision carries the state that
 * the revision stands for. Charges the payer once the message, as it was read first, accepts the
 * change.
 *
 * If interrupted before the change lands: the revision stays unused, which readers of the log find
 * out by its age. If interrupted after it: the log has the change, no event announces it, and the
 * room may show the former content as its last message. Repaired by: the caller's repeat, which
 * finds the message in the wanted state, gives it a new revision, and announces that one. It must
 * be a new one: the message may have got its present one from another call, whose event carries
 * another part of the message.
 *
 * Throws `rate_limited`, and what the intent throws.
 */
export async function changeMessage(
  seen: StoredMessage,
  { intent, payer, prepare }: Steps,
): Promise<StoredMessage> {
  let current = seen;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 2) await backoff(0);
    const change = intent(current);
    if (payer && attempt === 0) await chargeNow(payer, rateBucket());
    // Nothing was ever announced of such a message.
    if (!change && current.rev === 0) return current;
    if (change) await prepare?.(current, change);
    const { done, message, head } = await land(current, change ?? { kind: "renumber" });
    if (done) {
      await updatePreview(head, message);
      return message;
    }
    current = message;
  }
  throw overtaken();
}

/**
 * Edits a message. The former content is stored first, under the number of its edits; the edit is
 * conditional on that number. If interrupted: the present content is also stored as a former one,
 * which no list shows yet. Repaired by: the caller's repeat, which finds it there.
 *
 * Throws `forbidden`, `not_found`, or `conflict` for a deleted message.
 */
export async function updateMessage(
  actor: Actor,
  roomId: string,
  messageId: string,
  content: string,
): Promise<Message> {
  const { room, message } = await accessChangeableMessage(actor.userId, roomId, messageId);
  if (message.senderId !== actor.userId) throw new ApiError("forbidden", "Only its author edits a message.");
  accessUnblocked(room);
  accessPermission(room, "can_send", "send messages, nor edit them");
  const changed = await changeMessage(message, {
    intent: (current) => {
      accessPresent(current);
      return current.content === content ? undefined : { kind: "edit", content, at: isoNow() };
    },
    payer: room.me,
    prepare: putEdit,
  });
  return publishUpdated(room, changed);
}
