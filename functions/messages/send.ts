import type { Draft } from "../../contract/messages.ts";
import type { Message } from "../../contract/objects/message.ts";
import {
  attachFile,
  copyFile,
  type ForwardedFile,
  keepFileOfMessage,
  prepareUpload,
} from "../attachments/attach.ts";
import {
  type Audience,
  filterListeners,
  getAudience,
  unknownSize,
  withoutUser,
} from "../delivery/audience.ts";
import { deliver } from "../delivery/deliver.ts";
import { viewerLimits } from "../delivery/viewers.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError, noRoomAccess } from "../kernel/http/api-error.ts";
import { parseMessageId } from "../kernel/runtime/ids.ts";
import { errorFacts, log } from "../kernel/runtime/log.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { accessMembership } from "../rooms/access.ts";
import { chargeAhead, chargeNow, rateBucket } from "../rooms/rate-limit.ts";
import { accessSending, sendingRefusal } from "../rooms/sending.ts";
import { trackedReaderLimit } from "../rooms/tracked-readers.ts";
import type { StoredFile } from "../store/attachments/files.ts";
import {
  getMessage,
  getNewestMessage,
  putMessage,
  type StoredMessage,
  untouched,
} from "../store/messages/messages.ts";
import { putReply } from "../store/messages/replies.ts";
import {
  getHead,
  isBlocked,
  showPreview,
  type TakenSeq,
  takeSeq,
  withdrawPreview,
} from "../store/rooms/heads.ts";
import {
  type Claim,
  type ClaimResult,
  claimSend,
  type Membership,
  recentSeq,
} from "../store/rooms/memberships.ts";
import { accessLasting, accessVisibleMessage } from "./access.ts";
import { audienceOrNone, publishMessage } from "./publish.ts";

/** A sent message. `repeated` says that an earlier call with the same client id had stored it. */
export interface Sent {
  readonly message: Message;
  readonly repeated: boolean;
}

/**
 * How often a claim is tried while other sends of the same member move its rate bucket or read
 * mark.
 */
const claimAttempts = 40;

/**
 * Throws `not_found` unless the reply target is a message of this room that the sender may see. A
 * deleted message can still get replies. An expired one cannot: its list of replies goes with it.
 */
async function accessReplyTarget(me: Membership, replyTo: string): Promise<void> {
  const head = await getHead(me.roomId, "consistent");
  if (head) accessLasting(await accessVisibleMessage({ head, me }, replyTo));
}

/** A message without a place, and its file, which is not bound to the message yet. */
interface Unsent {
  readonly message: Omit<StoredMessage, "seq">;
  readonly file: StoredFile | undefined;
}

/**
 * Steps "bind", if there is a file, and "write". A reply is first recorded with its parent message.
 * If interrupted: a record without a message is left, which the list of replies skips.
 */
async function store({ message, file }: Unsent, seq: number): Promise<StoredMessage> {
  if (file) await attachFile(file, seq);
  const parent = message.replyTo === null ? undefined : parseMessageId(message.replyTo);
  if (parent) await putReply({ ...message, seq }, parent.seq);
  const stored = await putMessage({ ...message, seq });
  await keepFileOfMessage(stored);
  return stored;
}

/**
 * Publishes a read receipt after a send raised the sender's read mark, as if the sender had marked
 * the messages. A send raises the mark once the sender has sentAheadLimit entries beyond it.
 */
async function announceReading(
  { userId, roomId, joinedSeq }: Membership,
  { upTo, at }: NonNullable<Claimed["read"]>,
  audience: Audience,
): Promise<void> {
  if (!audience.members || audience.members.length > trackedReaderLimit) return;
  await deliver(withoutUser(audience, userId), {
    event: {
      type: "read_receipt",
      room_id: roomId,
      user_id: userId,
      message_ids: null,
      joined_seq: joinedSeq,
      up_to_seq: upTo,
      read_at: at,
    },
  });
}

/**
 * Repeats what an earlier call with the same client id has claimed. Stores its message if that call
 * ended before it did. Delivers the message again, because the earlier delivery may not have
 * happened. Throws `forbidden` if the message is not stored and the sender may no longer send it.
 */
async function repeat(
  actor: Actor,
  me: Membership,
  seq: number,
  prepare: (seq: number) => Promise<Unsent>,
): Promise<Sent> {
  const { roomId } = me;
  const [existing, head] = await Promise.all([getMessage(roomId, seq), getHead(roomId, "consistent")]);
  // The content of a deleted room is being removed: nothing may be added to it.
  if (head && (head.status === "deleted" || seq <= head.floor)) throw noRoomAccess();
  // The seq was taken when the sender could send. The message is stored only if they still can.
  if (!existing && head) accessSending({ head, me });
  // A stored message is not delivered again to the other member after a block.
  const isSilenced = head !== undefined && isBlocked(head);
  const completed = existing ?? (await store(await prepare(seq), seq));
  if (existing) await keepFileOfMessage(existing);
  // The call that failed to store it may have shown the previous message as the room's last one
  // again.
  else await showPreview(roomId, completed);
  const audience = await audienceOrNone(roomId, getAudience(head ?? unknownSize(roomId), actor.userId));
  const recipients = isSilenced
    ? { ...audience, ...filterListeners(audience, (userId) => userId === actor.userId) }
    : audience;
  // A member may have joined since the seq was taken.
  const limits = head ? viewerLimits(head, seq) : {};
  if (!existing || !head)
    return {
      message: await publishMessage(actor, completed, recipients, limits),
      repeated: existing !== undefined,
    };
  // Other members may have read it since, and its sender has to see that.
  const views = await import("./view.ts");
  const announced = await publishMessage(actor, existing, recipients, limits);
  return {
    message: (await views.viewOneMessage({ head, me }, actor.userId, existing)) ?? announced,
    repeated: true,
  };
}

type Claimed = Extract<ClaimResult, { result: "claimed" }>;

/** Step "claim", repeated while other sends of the same member come in between. */
async function claimPlace(me: Membership, claim: Claim): Promise<Claimed | { seen: number }> {
  let membership = me;
  for (let attempt = 0; attempt < claimAttempts; attempt += 1) {
    const claimed = await claimSend(membership, claim);
    if (claimed.result === "claimed") return claimed;
    if (claimed.result === "seen") return { seen: claimed.seq };
    if (claimed.result === "not_member") throw noRoomAccess();
    membership = claimed.membership;
  }
  throw new ApiError("unavailable", "Too many messages at once from one member: send this one again.", {
    retryAfter: 1,
  });
}

/**
 * Shows the previous message as the room's last one again, after the message with this seq was not
 * stored. The previous message may belong to another member and be about to be stored: then it
 * counts. If it is the sender's own, it may have been refused too, and counts only if it is stored.
 * See docs/decisions/002-claim-undone.md.
 */
async function withdraw(
  userId: string,
  { head, previous }: Extract<TakenSeq, { taken: true }>,
): Promise<void> {
  const newest = await getNewestMessage(head.id, { first: head.floor + 1, last: head.seq });
  const isUnderWay = previous && previous.senderId !== userId && previous.seq > (newest?.seq ?? 0);
  await withdrawPreview(head.id, head.seq, isUnderWay ? previous : newest);
  // The sender may have stored another message since, such as the one that got the file of this
  // one.
  const stored = await getNewestMessage(head.id, { first: head.floor + 1, last: head.seq });
  if (stored && stored.seq !== newest?.seq) await showPreview(head.id, stored);
}

/** The origin of a message that was not written for this room. */
interface Origin {
  /** The id of the forwarded message, as members of the target room see it. */
  readonly forwardedFrom: string | null;
  /** When the forwarded message expires, in seconds since 1970. */
  readonly expiresAt: number | null;
  readonly file: ForwardedFile | undefined;
  /**
   * The cost that remains when the message is claimed, if it was paid ahead (see chargeAllAhead).
   */
  readonly cost: number | undefined;
}

const written: Origin = { forwardedFrom: null, expiresAt: null, file: undefined, cost: undefined };

/**
 * Returns when the message expires. DynamoDB's time to live counts whole seconds. So the message
 * lasts as long as the sender asked, and up to a second more.
 */
function expiryOf({ expires_in }: Draft, origin: Origin): number | null {
  return typeof expires_in === "number" ? Math.ceil(Date.now() / 1000) + expires_in : origin.expiresAt;
}

/**
 * Sends a message in the steps order, claim, write, deliver. docs/architecture.md lists what each
 * crash leaves. A file is inspected and copied before these steps: otherwise members would see a
 * gap in the numbers during that time. Throws `forbidden` or `rate_limited`. Throws `not_found` for
 * an unknown reply target or upload, and `conflict` or `invalid_input` for an upload that cannot be
 * attached.
 */
export async function sendMessage(
  actor: Actor,
  roomId: string,
  draft: Draft,
  origin = written,
): Promise<Sent> {
  const me = await accessMembership(actor.userId, roomId);
  const clientMessageId = draft.client_message_id ?? null;
  const fileOf = async (seq?: number): Promise<StoredFile | undefined> => {
    if (origin.file) return copyFile(actor.userId, roomId, origin.file);
    if (typeof draft.file_id !== "string") return undefined;
    return prepareUpload(actor.userId, roomId, draft.file_id, draft, seq);
  };
  const prepare = async (seq?: number): Promise<Unsent> => {
    const file = await fileOf(seq);
    const message = {
      ...untouched,
      roomId,
      senderId: actor.userId,
      content: draft.content,
      type: file?.kind ?? draft.message_type,
      at: isoNow(),
      replyTo: draft.reply_to ?? null,
      forwardedFrom: origin.forwardedFrom,
      expiresAt: expiryOf(draft, origin),
      priority: draft.priority,
      metadata: draft.metadata ?? null,
      attachment: file ?? null,
      clientMessageId,
    };
    return { message, file };
  };
  const bucket = rateBucket();
  const earlier = clientMessageId === null ? undefined : recentSeq(me, clientMessageId);
  if (earlier !== undefined) {
    // The message is delivered again, so it costs the member as much as a new one.
    await chargeNow(me, bucket);
    return repeat(actor, me, earlier, prepare);
  }
  if (typeof draft.reply_to === "string") await accessReplyTarget(me, draft.reply_to);
  const cost = origin.cost ?? (await chargeAhead(me, bucket));
  const unsent = await prepare();
  const { message } = unsent;

  const ordering = takeSeq(roomId, message, me.role);
  // Reads the audience while the message is ordered and claimed.
  const audience = ordering.then((order) => getAudience(order.head ?? unknownSize(roomId), actor.userId));
  audience.catch(() => {});
  const order = await ordering;
  if (!order.taken) throw sendingRefusal(order.head);
  const { seq } = order.head;

  try {
    const claimed = await claimPlace(me, { seq, cost, clientMessageId: clientMessageId ?? undefined });
    if ("seen" in claimed) {
      if (cost > 0) await chargeNow(me, bucket);
      const sent = await repeat(actor, me, claimed.seen, async () => unsent);
      await withdraw(actor.userId, order);
      return sent;
    }
    const stored = await store(unsent, seq);
    const members = await audienceOrNone(roomId, audience);
    const sent = { message: await publishMessage(actor, stored, members), repeated: false };
    if (claimed.read) await announceReading(me, claimed.read, members);
    return sent;
  } catch (error) {
    // Best effort: the cause of the failed send may make this fail too. The caller gets the first
    // error.
    await withdraw(actor.userId, order).catch((second: unknown) => {
      log("warn", "preview_not_withdrawn", errorFacts(second));
    });
    throw error;
  }
}
