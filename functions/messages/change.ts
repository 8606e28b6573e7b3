import type { Message } from "../../contract/objects/message.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { backoff } from "../kernel/runtime/retry.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { noSuchMessage } from "../receipts/access.ts";
import { accessPermission } from "../rooms/access.ts";
import { chargeNow, rateBucket } from "../rooms/rate-limit.ts";
import { accessUnblocked } from "../rooms/sending.ts";
import { putEdit } from "../store/messages/edits.ts";
import {
  applyChange,
  type MessageChange,
  raiseRev,
  stampMessage,
} from "../store/messages/message-changes.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import type { Head } from "../store/rooms/heads.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { accessChangeableMessage, accessPresent } from "./access.ts";
import { publishUpdated } from "./events.ts";

/** How often a change is tried when other changes of the same message or room overtake it. */
const attempts = 50;

function overtaken(): ApiError {
  return new ApiError("unavailable", "Too many changes at once in this room: do this once more.", {
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
 * Applies the change to the message and stamps it with the next revision. The room usually has not
 * reached that revision yet. Charges the payer once the message, as it was read first, accepts the
 * change.
 */
async function land(
  head: Head,
  seen: StoredMessage,
  { intent, payer, prepare }: Steps,
): Promise<StoredMessage> {
  let current = seen;
  let rev = Math.max(head.rev + 1, current.rev);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const change = intent(current);
    if (payer && attempt === 0) await chargeNow(payer, rateBucket());
    if (!change) return current;
    await prepare?.(current, change);
    const outcome = await applyChange(current, rev, change);
    if (outcome.done) return outcome.message;
    if (!outcome.message) throw noSuchMessage();
    current = outcome.message;
    rev = Math.max(rev, current.rev);
  }
  throw overtaken();
}

/**
 * Raises the room's revision to the message's. If the room has already reached it, other changes
 * came first. A client may then have asked for all changes up to there and missed this one. So the
 * message gets a new revision. If another call stamped the message later, that call announces it.
 */
async function announceRev(head: Head, landed: StoredMessage): Promise<StoredMessage> {
  let message = landed;
  let responsible = true;
  let isLast = head.last?.seq === message.seq;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 2) await backoff(0);
    const raised = await raiseRev(message, isLast);
    if (raised.done || !raised.head) return message;
    isLast = raised.head.last?.seq === message.seq;
    if (raised.head.rev < message.rev) continue;
    if (!responsible) return message;
    const stamped = await stampMessage(message, raised.head.rev + 1);
    if (!stamped.message) return message;
    message = stamped.message;
    responsible = stamped.done;
  }
  throw overtaken();
}

/**
 * Changes a message. The change is stored first, stamped with the next revision; then the room's
 * revision rises to it. So every change that a revision counts is stored before any client can know
 * the revision, and `changed_since` misses nothing (docs/decisions/003-change-then-count.md).
 *
 * If interrupted: the change is stored, but no event announces it. Repaired by: the caller's
 * repeat. It finds the message in the wanted state. It announces it under a new revision, because
 * the first one may not have been announced.
 *
 * Throws `rate_limited`, and what the intent throws.
 */
export async function changeMessage(head: Head, seen: StoredMessage, steps: Steps): Promise<StoredMessage> {
  const message = await land(head, seen, steps);
  return message.rev === 0 ? message : announceRev(head, message);
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
  const changed = await changeMessage(room.head, message, {
    intent: (current) => {
      accessPresent(current);
      return current.content === content ? undefined : { kind: "edit", content, at: isoNow() };
    },
    payer: room.me,
    prepare: putEdit,
  });
  return publishUpdated(room, changed);
}
