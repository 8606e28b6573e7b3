/**
 * Memberships: one user in one room, and what they have read of it.
 *   one                       ROOM#r / MEMBER#u
 *   the rooms of a user       gsi1: USER#u / ROOM#r
 * An update here never touches the index: it projects keys alone.
 */
import type { RoomRole } from "../../../contract/objects/room.ts";
import { shortDigest } from "../../kernel/runtime/ids.ts";
import { isoOf } from "../../kernel/runtime/time.ts";
import { idOfKey, indexKeys, keys } from "../table/keys.ts";
import { getItem, getItems, type Item, queryAll, updateItem } from "../table/table.ts";
import { countUnread, type Marks, marksAfterSending, marksUpdate } from "./unread.ts";

/** The messages that a member has read and received, and when. */
interface TimedMarks extends Marks {
  /** When the member last read a message, and last received one; null for never. RFC 3339. */
  readonly readAt: string | null;
  readonly deliveredSeq: number;
  readonly deliveredAt: string | null;
}

export interface Membership extends TimedMarks {
  readonly roomId: string;
  readonly userId: string;
  readonly role: RoomRole;
  readonly joinedAt: string;
  /** The room's seq when the member joined: no message up to it was ever unread to them. */
  readonly joinedSeq: number;
  /** All messages up to this seq are read. */
  readonly readSeq: number;
  /** Read messages beyond `readSeq`, out of order. */
  readonly readAhead: ReadonlySet<number>;
  /**
   * The marks before the first one that the member made during a block (see marks.ts); undefined
   * for none.
   */
  readonly marksBeforeBlock: TimedMarks | undefined;
  readonly notifications: boolean;
  readonly mutedUntil: string | null;
  /** The message that last notified the member of unread messages; 0 for none. */
  readonly notifiedSeq: number;
  /** Whether the member dismissed that notification: then the next message notifies them again. */
  readonly isDismissed: boolean;
  /**
   * Whether a rebuild recorded `notifiedSeq`, which notifies no user. Then the stream's handler of
   * that message, or of the next one, notifies the member.
   */
  readonly isRecordedSilently: boolean;
  /** The rate bucket: when it will be full again, in milliseconds since 1970. */
  readonly bucketAt: number;
  /** The member's latest messages: the seq of each, by a short digest of the client's id. */
  readonly recent: ReadonlyMap<string, number>;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function timeOr(value: unknown): string | null {
  return typeof value === "number" && value > 0 ? isoOf(Math.floor(value)) : null;
}

// Safe: the set only ever gets numbers.
function aheadOr(value: unknown): ReadonlySet<number> {
  return value instanceof Set ? (value as Set<number>) : new Set();
}

function marksBeforeBlockFromItem(item: Item): TimedMarks | undefined {
  return item.block_seq === undefined
    ? undefined
    : {
        readSeq: numberOr(item.block_seq, 0),
        readAhead: aheadOr(item.block_ahead),
        readAt: timeOr(item.block_at),
        deliveredSeq: numberOr(item.block_delivered_seq, 0),
        deliveredAt: timeOr(item.block_delivered_at),
      };
}

export function membershipFromItem(item: Item): Membership {
  return {
    roomId: idOfKey(String(item.pk)),
    userId: idOfKey(String(item.sk)),
    // Safe: only newMembershipItem and updateMemberRole write it.
    role: item.role as RoomRole,
    joinedAt: isoOf(Number(item.joined_at)),
    joinedSeq: numberOr(item.joined_seq, 0),
    readSeq: numberOr(item.read_seq, 0),
    readAhead: aheadOr(item.read_ahead),
    readAt: timeOr(item.read_at),
    deliveredSeq: numberOr(item.delivered_seq, 0),
    deliveredAt: timeOr(item.delivered_at),
    marksBeforeBlock: marksBeforeBlockFromItem(item),
    notifications: item.notifications !== false,
    mutedUntil: typeof item.muted_until === "string" ? item.muted_until : null,
    notifiedSeq: numberOr(item.notified_seq, 0),
    isDismissed: item.dismissed === true,
    isRecordedSilently: item.recorded_silently === true,
    bucketAt: numberOr(item.bucket_at, 0),
    // Safe: only claimSend writes it, a map of numbers.
    recent: new Map(Object.entries((item.recent ?? {}) as Record<string, number>)),
  };
}

/** Returns the item of a user who joins when the room's last message is `joinedSeq`. */
export function newMembershipItem(membership: {
  roomId: string;
  userId: string;
  role: RoomRole;
  joinedAt: string;
  joinedSeq: number;
  bucketAt?: number | undefined;
}) {
  return {
    ...keys.membership(membership.roomId, membership.userId),
    ...indexKeys.membership(membership.userId, membership.roomId),
    role: membership.role,
    joined_at: Date.parse(membership.joinedAt),
    joined_seq: membership.joinedSeq,
    read_seq: membership.joinedSeq,
    ...(membership.bucketAt !== undefined && { bucket_at: membership.bucketAt }),
    recent: {},
  };
}

export async function getMembership(
  roomId: string,
  userId: string,
  read: "consistent" | "eventual" = "eventual",
): Promise<Membership | undefined> {
  const item = await getItem(keys.membership(roomId, userId), read);
  return item && membershipFromItem(item);
}

/** Returns the memberships of those users who are members of a room. */
export async function getMemberships(roomId: string, userIds: readonly string[]): Promise<Membership[]> {
  return (await getItems(userIds.map((userId) => keys.membership(roomId, userId)))).map(membershipFromItem);
}

/** Returns the ids of all rooms of a user. */
export async function listRoomIds(userId: string): Promise<string[]> {
  const { gsi1pk, prefix } = indexKeys.membershipsOf(userId);
  const items = await queryAll({
    IndexName: "gsi1",
    KeyConditionExpression: "gsi1pk = :user AND begins_with(gsi1sk, :prefix)",
    ExpressionAttributeValues: { ":user": gsi1pk, ":prefix": prefix },
  });
  return items.map((item) => idOfKey(String(item.gsi1sk)));
}

/**
 * The number of latest sends that a membership remembers: more than a burst, and few enough to stay
 * under 1 KB.
 */
const recentSends = 32;

export function recentSeq(membership: Membership, clientMessageId: string): number | undefined {
  return membership.recent.get(shortDigest(clientMessageId));
}

/** A member's rate bucket, in milliseconds: the cost of a message, and what a full bucket holds. */
export interface Bucket {
  readonly cost: number;
  readonly capacity: number;
}

export interface Claim {
  readonly seq: number;
  readonly clientMessageId: string | undefined;
  /** The price that the message takes from the bucket; 0 if it was charged before. */
  readonly cost: number;
}

/**
 * Returns the update that charges for a message. The bucket is one time: when it will be full
 * again. A full bucket starts at the present, unless another call has just charged it. Any other
 * bucket moves on from its stored time.
 */
function bucketUpdate({ bucketAt }: Membership, cost: number, now: number) {
  return bucketAt <= now
    ? {
        set: { bucket_at: now + cost },
        add: {},
        condition: ["(attribute_not_exists(bucket_at) OR bucket_at <= :present)"],
        values: { present: now },
      }
    : { set: {}, add: { bucket_at: cost }, condition: [], values: {} };
}

/**
 * Returns whether a bucket is less than half full. Then a message is not charged in the same write
 * that claims its seq.
 */
export function isHalfEmpty({ bucketAt }: Membership, { capacity }: Bucket): boolean {
  return bucketAt > Date.now() + capacity / 2;
}

/** Attempts to charge while other sends of the same member move the bucket. */
const chargeAttempts = 40;

/** Charges the bucket for a message. Returns false if it holds too little. */
export async function chargeForSend(membership: Membership, { cost, capacity }: Bucket): Promise<boolean> {
  let current = membership;
  for (let attempt = 0; attempt < chargeAttempts; attempt += 1) {
    const now = Date.now();
    const limit = now + capacity - cost;
    if (current.bucketAt > limit) return false;
    const { set, add, condition, values } = bucketUpdate(current, cost, now);
    const isFull = condition.length > 0;
    const { done, item } = await updateItem(keys.membership(current.roomId, current.userId), {
      set,
      add,
      condition: ["attribute_exists(pk)", ...(isFull ? condition : ["bucket_at <= :limit"])],
      values: isFull ? values : { limit },
    });
    if (done || !item) return done;
    current = membershipFromItem(item);
  }
  return false;
}

/**
 * The result of claiming a seq.
 * - `claimed`: the seq is the member's.
 * - `not_member`: the user is no longer a member.
 * - `seen`: the client's id was claimed before, at that seq.
 * - `moved`: another send of the same member came in between. The caller can try again with this
 *   membership.
 */
export type ClaimResult =
  | {
      readonly result: "claimed";
      /**
       * The member's mark and its time, if this send made messages of others read (see
       * sentAheadLimit).
       */
      readonly read?: { readonly upTo: number; readonly at: string };
    }
  | { readonly result: "not_member" }
  | { readonly result: "seen"; readonly seq: number }
  | { readonly result: "moved"; readonly membership: Membership };

/**
 * Returns the update that remembers the client's id of a message and forgets those that are too
 * old.
 */
function recentUpdate(membership: Membership, { clientMessageId, seq }: Claim) {
  if (clientMessageId === undefined) return { set: {}, remove: [], condition: [], names: {} };
  const oldest = [...membership.recent]
    .sort((one, other) => other[1] - one[1])
    .slice(recentSends - 1)
    .map(([id], at) => [`old${at}`, id] as const);
  return {
    set: { "recent.#id": seq },
    remove: oldest.map(([name]) => `recent.#${name}`),
    condition: ["attribute_not_exists(#recent.#id)"],
    names: { id: shortDigest(clientMessageId), ...Object.fromEntries(oldest) },
  };
}

/**
 * Step "claim" of sending: records that `seq` is the member's, under the client's id, read and
 * charged. The charge may exceed what the bucket holds: a message with a seq is no longer refused
 * for its price (docs/decisions/015-paid-before-numbered.md).
 */
export async function claimSend(membership: Membership, claim: Claim): Promise<ClaimResult> {
  const now = Date.now();
  const bucket = bucketUpdate(membership, claim.cost, now);
  const recent = recentUpdate(membership, claim);
  // A member's own message is read. It raises the mark if everything before it is read; else it
  // waits in the set.
  const after = marksAfterSending(membership, claim.seq);
  const marks = marksUpdate(membership, after);
  const passes = countUnread(membership, claim.seq - 1) > 0 && after.readSeq >= claim.seq;

  const outcome = await updateItem(keys.membership(membership.roomId, membership.userId), {
    set: {
      ...bucket.set,
      ...recent.set,
      read_seq: marks.readSeq,
      read_at: passes ? now : undefined,
    },
    remove: recent.remove,
    add: { ...bucket.add, read_ahead: marks.add },
    delete: { read_ahead: marks.drop },
    condition: [
      "attribute_exists(pk)",
      ...bucket.condition,
      ...recent.condition,
      ...(marks.readSeq === undefined ? [] : ["read_seq = :mark"]),
    ],
    names: recent.names,
    values: { ...bucket.values, mark: marks.readSeq === undefined ? undefined : membership.readSeq },
  });
  if (outcome.done)
    return { result: "claimed", ...(passes && { read: { upTo: after.readSeq, at: isoOf(now) } }) };
  if (!outcome.item) return { result: "not_member" };
  const current = membershipFromItem(outcome.item);
  const seen = claim.clientMessageId === undefined ? undefined : recentSeq(current, claim.clientMessageId);
  // The SDK repeats a call if its answer was lost. Then this claim is the one that stands.
  if (seen === claim.seq) return { result: "claimed" };
  if (seen !== undefined) return { result: "seen", seq: seen };
  return { result: "moved", membership: current };
}
