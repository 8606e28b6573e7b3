import type { Message } from "../../contract/objects/message.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { backoff } from "../kernel/runtime/retry.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { noSuchMessage } from "../receipts/access.ts";
import { accessPermission, accessUnblocked } from "../rooms/access.ts";
import { chargeNow, rateBucket } from "../rooms/rate-limit.ts";
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

/** How often a change is tried that others overtake, whose changes are of the same message or the same room. */
const attempts = 50;

function overtaken(): ApiError {
  return new ApiError("unavailable", "Too many changes at once in this room: do this once more.", {
    retryAfter: 1,
  });
}

/**
 * What is wanted of a message, seen as it is now: the change that makes it so, or undefined if it is so. Throws where
 * the caller may not, or can not, have it.
 */
type Intent = (current: StoredMessage) => MessageChange | undefined;

interface Steps {
  readonly intent: Intent;
  /**
   * The member from whose rate bucket the change takes as much as sending a message, since the whole room is told of it too;
   * undefined for an administrator, who pays nothing.
   */
  readonly payer: Membership | undefined;
  /** What must be stored before the change is, from the message as it is before. */
  readonly prepare?: (current: StoredMessage, change: MessageChange) => Promise<void>;
}

/**
 * The message with the change in it, stamped with a revision that the room has, mostly, not come to yet. It is paid for
 * once the message, as it was seen, takes it.
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
 * Raises the room's revision to the message's. If the room is there already, others got in between: a client may have
 * asked for everything up to there and not have seen this change, so the message is stamped anew. Where somebody else
 * has stamped it later, that one sees to it.
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
 * Changes a message: the change lands on the message, stamped with the revision that comes next, and then the room's
 * revision is raised to it. So whatever a revision counts is stored before anybody can know of the revision, and
 * `changed_since` misses nothing (docs/decisions/003-change-then-count.md).
 *
 * A function that ends in between leaves a change that stands, and that nobody is told of: the caller's repeat finds the
 * message as wanted and announces it under a new revision, because nobody knows whether the first one was.
 *
 * Throws `rate_limited`, and what the intent throws.
 */
export async function changeMessage(head: Head, seen: StoredMessage, steps: Steps): Promise<StoredMessage> {
  const message = await land(head, seen, steps);
  return message.rev === 0 ? message : announceRev(head, message);
}

/**
 * Edits a message. What it said before is kept first, under the number of its edits, and the edit stands on that
 * number: a function that ends in between leaves the present content kept as well, which no list shows yet, and the
 * repeat finds it there. Throws `forbidden`, `not_found`, or `conflict` for a deleted message.
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
