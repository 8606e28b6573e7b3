import type { Draft } from "../../contract/messages.ts";
import type { Message } from "../../contract/objects/message.ts";
import { getHead, type Head, takeSeq, withdrawPreview } from "../data/heads.ts";
import { type Claim, claimSend, type Membership, recentSeq } from "../data/memberships.ts";
import { getMessage, getNewestMessage, putMessage, type StoredMessage } from "../data/messages.ts";
import { personOf } from "../data/people.ts";
import type { Actor } from "../kernel/actor.ts";
import { ApiError, noRoomAccess } from "../kernel/api-error.ts";
import { environment } from "../kernel/environment.ts";
import { parseMessageId } from "../kernel/ids.ts";
import { isoNow } from "../kernel/time.ts";
import { accessMembership } from "./access-room.ts";
import { type Audience, getAudience, presencesOf } from "./audience.ts";
import { deliver } from "./deliver.ts";
import { presentMessage, unreadMarks } from "./present-message.ts";
import { presentUser } from "./present-user.ts";
import { ensureProfile } from "./profiles.ts";

/** A message that was sent; `repeated` if it had been stored before, by an earlier call with the same client's id. */
export interface Sent {
  readonly message: Message;
  readonly repeated: boolean;
}

/** How often a claim is tried whose rate bucket or read mark was moved by another send of the same member. */
const claimAttempts = 20;

const tooFast = (bucketAt: number, { cost, capacity }: Claim): ApiError => {
  const seconds = Math.max(0.1, (bucketAt + cost - capacity - Date.now()) / 1000);
  return new ApiError(
    "rate_limited",
    `Too many messages to this room: wait ${seconds.toFixed(1)} seconds and send this one again.`,
    { retryAfter: seconds },
  );
};

/** Throws `rate_limited` where the member's bucket holds no message more. */
const accessBucket = (me: Membership, claim: Claim): void => {
  if (me.bucketAt > Date.now() + claim.capacity - claim.cost) throw tooFast(me.bucketAt, claim);
};

/** Throws `not_found` unless the message that is replied to is one of this room. */
const accessReplyTarget = async (roomId: string, replyTo: string): Promise<void> => {
  const target = parseMessageId(replyTo);
  const message = target?.roomId === roomId ? await getMessage(roomId, target.seq) : undefined;
  if (!message) throw new ApiError("not_found", "There is no message in this room with the id in reply_to.");
};

const refusal = (head: Head | undefined): ApiError => {
  if (!head || head.status === "deleted") return noRoomAccess();
  if (head.status === "archived")
    return new ApiError("forbidden", "The room is archived: activate it to send messages again.");
  return new ApiError("forbidden", "You can't send messages in this room.");
};

const present = async (actor: Actor, stored: StoredMessage, { people }: Audience): Promise<Message> => {
  const known = people.profiles.has(actor.userId);
  const sender = known
    ? personOf(people, actor.userId)
    : { ...personOf(people, actor.userId), profile: await ensureProfile(actor) };
  return presentMessage(stored, unreadMarks, () => presentUser(sender, true));
};

const announce = async (actor: Actor, stored: StoredMessage, audience: Audience): Promise<Message> => {
  const message = await present(actor, stored, audience);
  await deliver(presencesOf(audience), stored.roomId, { type: "message", message });
  return message;
};

/**
 * What an earlier call with the same client's id has claimed: its message, completed if that call ended before it was
 * stored, and delivered again, because nobody knows whether it was.
 */
const repeat = async (actor: Actor, seq: number, wanted: Omit<StoredMessage, "seq">): Promise<Sent> => {
  const { roomId } = wanted;
  const [existing, head] = await Promise.all([getMessage(roomId, seq), getHead(roomId)]);
  const completed = existing ?? (await putMessage({ ...wanted, seq }));
  const audience = await getAudience(roomId, actor.userId, head?.rosterChunks ?? 1);
  return { message: await announce(actor, completed, audience), repeated: existing !== undefined };
};

/** Step "claim", again for as long as other sends of the same member get in between. */
const claimPlace = async (me: Membership, claim: Claim): Promise<"claimed" | { seen: number }> => {
  let membership = me;
  for (let attempt = 0; attempt < claimAttempts; attempt += 1) {
    const claimed = await claimSend(membership, claim);
    if (claimed.result === "claimed") return "claimed";
    if (claimed.result === "seen") return { seen: claimed.seq };
    if (claimed.result === "gone") throw noRoomAccess();
    if (claimed.result === "limited") throw tooFast(membership.bucketAt, claim);
    membership = claimed.membership;
  }
  throw new ApiError("unavailable", "Too many messages at once from one member: send this one again.", {
    retryAfter: 1,
  });
};

/** The room's last message is not the one that took this number, which is never stored: show the newest that is. */
const withdraw = async (roomId: string, seq: number): Promise<void> => {
  const newest = await getNewestMessage(roomId, seq);
  await withdrawPreview(roomId, seq, newest);
};

/**
 * Sends a message: order, claim, write, deliver (see docs/architecture.md for what each crash leaves). Throws
 * `forbidden`, `not_found` for an unknown reply target, or `rate_limited`.
 */
export const sendMessage = async (actor: Actor, roomId: string, draft: Draft): Promise<Sent> => {
  const me = await accessMembership(actor.userId, roomId);
  const clientMessageId = draft.client_message_id ?? null;
  const message: Omit<StoredMessage, "seq"> = {
    roomId,
    rev: 0,
    senderId: actor.userId,
    content: draft.content,
    type: draft.message_type,
    at: isoNow(),
    replyTo: draft.reply_to ?? null,
    priority: draft.priority,
    metadata: draft.metadata ?? null,
    clientMessageId,
  };
  const earlier = clientMessageId === null ? undefined : recentSeq(me, clientMessageId);
  if (earlier !== undefined) return repeat(actor, earlier, message);

  const cost = 1000 / environment.rateLimitPerSecond;
  const terms = {
    clientMessageId: clientMessageId ?? undefined,
    cost,
    capacity: cost * environment.rateLimitBurst,
  };
  accessBucket(me, { seq: 0, ...terms });
  if (message.replyTo !== null) await accessReplyTarget(roomId, message.replyTo);

  const ordering = takeSeq(roomId, message);
  // Read while the message is ordered and claimed; a failure counts only once the message is stored.
  const audience = getAudience(
    roomId,
    actor.userId,
    ordering.then((order) => order.head?.rosterChunks ?? 1),
  );
  audience.catch(() => {});
  const order = await ordering;
  if (!order.taken) throw refusal(order.head);
  const { seq } = order.head;

  try {
    const claimed = await claimPlace(me, { seq, ...terms });
    if (claimed !== "claimed") {
      const sent = await repeat(actor, claimed.seen, message);
      await withdraw(roomId, seq);
      return sent;
    }
  } catch (error) {
    if (error instanceof ApiError) await withdraw(roomId, seq);
    throw error;
  }
  const stored = await putMessage({ ...message, seq });
  return { message: await announce(actor, stored, await audience), repeated: false };
};
