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
import { viewerLimits } from "../delivery/history-visibility.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError, noRoomAccess } from "../kernel/http/api-error.ts";
import { parseMessageId } from "../kernel/runtime/ids.ts";
import { errorFacts, log } from "../kernel/runtime/log.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { accessMembership, accessSending, sendingRefusal } from "../rooms/access.ts";
import { chargeAhead, chargeNow, rateBucket } from "../rooms/rate-limit.ts";
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
import { audienceOrNone, publishMessage } from "./announce.ts";

/** A message that was sent; `repeated` if it had been stored before, by an earlier call with the same client's id. */
export interface Sent {
  readonly message: Message;
  readonly repeated: boolean;
}

/** How often a claim is tried whose rate bucket or read mark was moved by another send of the same member. */
const claimAttempts = 40;

/**
 * Throws `not_found` unless the message that is replied to is one of this room that the sender may see. A deleted one is
 * still talked about; one that has destroyed itself takes the list of its replies with it.
 */
async function accessReplyTarget(me: Membership, replyTo: string): Promise<void> {
  const head = await getHead(me.roomId, "consistent");
  if (head) accessLasting(await accessVisibleMessage({ head, me }, replyTo));
}

/** A message that has no place yet, and its file, which is not promised to it yet. */
interface Unsent {
  readonly message: Omit<StoredMessage, "seq">;
  readonly file: StoredFile | undefined;
}

/**
 * Steps "bind", for a file, and "write": a reply is first noted with the message that it answers. A function that ends
 * in between leaves a note without a message, which the list of replies skips.
 */
async function store({ message, file }: Unsent, seq: number): Promise<StoredMessage> {
  if (file) await attachFile(file, seq);
  const parent = message.replyTo === null ? undefined : parseMessageId(message.replyTo);
  if (parent) await putReply({ ...message, seq }, parent.seq);
  const stored = await putMessage({ ...message, seq });
  await keepFileOfMessage(stored);
  return stored;
}

/** Tells the others that the sender has read what they wrote on past (see sentAheadLimit), as if they had marked it. */
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
 * What an earlier call with the same client's id has claimed: its message, completed if that call ended before it was
 * stored, and delivered again, because nobody knows whether it was. Throws `forbidden` where it was not stored, and may
 * not be sent any more.
 */
async function repeat(
  actor: Actor,
  me: Membership,
  seq: number,
  prepare: (seq: number) => Promise<Unsent>,
): Promise<Sent> {
  const { roomId } = me;
  const [existing, head] = await Promise.all([getMessage(roomId, seq), getHead(roomId, "consistent")]);
  // What a deleted room held is removed, and nothing may be added to it after that.
  if (head && (head.status === "deleted" || seq <= head.floor)) throw noRoomAccess();
  // Its number was taken when its sender might send: it is stored only if they still may.
  if (!existing && head) accessSending({ head, me });
  // One that is stored, and followed by a block, is not told of again.
  const isSilenced = head !== undefined && isBlocked(head);
  const completed = existing ?? (await store(await prepare(seq), seq));
  if (existing) await keepFileOfMessage(existing);
  // Whoever failed to store it may have put the message before it back as the last one.
  else await showPreview(roomId, completed);
  const audience = await audienceOrNone(roomId, getAudience(head ?? unknownSize(roomId), actor.userId));
  const told = isSilenced
    ? { ...audience, ...filterListeners(audience, (userId) => userId === actor.userId) }
    : audience;
  // Somebody may have joined since its number was taken.
  const limits = head ? viewerLimits(head, seq) : {};
  if (!existing || !head)
    return {
      message: await publishMessage(actor, completed, told, limits),
      repeated: existing !== undefined,
    };
  // By now others may have read it, and its sender is to see that.
  const views = await import("./view.ts");
  const shown = views.upTo(head, existing);
  const announced = await publishMessage(actor, shown, told, limits);
  return {
    message: (await views.viewOneMessage({ head, me }, actor.userId, shown)) ?? announced,
    repeated: true,
  };
}

type Claimed = Extract<ClaimResult, { result: "claimed" }>;

/** Step "claim", again for as long as other sends of the same member get in between. */
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
 * The room's last message is not the one that took this number, which is not stored: shows the one before it again.
 * That one may be another member's that is just being stored; one's own was perhaps refused too, so that of one's own
 * only what is stored counts. See docs/decisions/002-claim-undone.md.
 */
async function withdraw(
  userId: string,
  { head, previous }: Extract<TakenSeq, { taken: true }>,
): Promise<void> {
  const newest = await getNewestMessage(head.id, { first: head.floor + 1, last: head.seq });
  const isUnderWay = previous && previous.senderId !== userId && previous.seq > (newest?.seq ?? 0);
  await withdrawPreview(head.id, head.seq, isUnderWay ? previous : newest);
  // One's own that was stored since then, such as the one that got the file which this one was to have.
  const stored = await getNewestMessage(head.id, { first: head.floor + 1, last: head.seq });
  if (stored && stored.seq !== newest?.seq) await showPreview(head.id, stored);
}

/** Where a message comes from that was not written for this room. */
interface Origin {
  /** The message that was forwarded, as the room is told of it. */
  readonly forwardedFrom: string | null;
  /** When that one destroys itself, in seconds since 1970. */
  readonly expiresAt: number | null;
  readonly file: ForwardedFile | undefined;
  /** What it still costs when it is claimed, where it was paid ahead (see chargeAllAhead). */
  readonly cost: number | undefined;
}

const written: Origin = { forwardedFrom: null, expiresAt: null, file: undefined, cost: undefined };

/** DynamoDB's time to live counts whole seconds: the message lasts as long as was asked, and less than a second more. */
function expiryOf({ expires_in }: Draft, origin: Origin): number | null {
  return typeof expires_in === "number" ? Math.ceil(Date.now() / 1000) + expires_in : origin.expiresAt;
}

/**
 * Sends a message: order, claim, write, deliver (see docs/architecture.md for what each crash leaves). A file is looked
 * at and copied before all of that, so that others do not see a gap for as long as it takes. Throws `forbidden`,
 * `not_found` for an unknown reply target or upload, `conflict` or `invalid_input` for an upload that cannot be
 * attached, or `rate_limited`.
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
    // It is delivered again, and so costs the member as much as a new one.
    await chargeNow(me, bucket);
    return repeat(actor, me, earlier, prepare);
  }
  if (typeof draft.reply_to === "string") await accessReplyTarget(me, draft.reply_to);
  const cost = origin.cost ?? (await chargeAhead(me, bucket));
  const unsent = await prepare();
  const { message } = unsent;

  const ordering = takeSeq(roomId, message, me.role);
  // Read while the message is ordered and claimed.
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
    // Best effort: what made the send fail may make this fail too, and is what the caller is to be told.
    await withdraw(actor.userId, order).catch((second: unknown) => {
      log("warn", "preview_not_withdrawn", errorFacts(second));
    });
    throw error;
  }
}
