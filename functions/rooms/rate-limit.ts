import { ApiError } from "../kernel/http/api-error.ts";
import { environment } from "../kernel/runtime/environment.ts";
import { type Bucket, chargeForSend, isHalfEmpty, type Membership } from "../store/rooms/memberships.ts";

/** Every member's bucket of every room. */
export function rateBucket(): Bucket {
  const cost = 1000 / environment.rateLimitPerSecond;
  return { cost, capacity: cost * environment.rateLimitBurst };
}

/**
 * The bucket of somebody who lets themself into a room: it holds one message. A full one would be had again and again by
 * leaving and joining, since it goes with the membership.
 */
export function rateBucketOfJoiner(): number {
  const { cost, capacity } = rateBucket();
  return Date.now() + capacity - cost;
}

function tooFast(bucketAt: number, { cost, capacity }: Bucket): ApiError {
  const seconds = Math.max(0.1, (bucketAt + cost - capacity - Date.now()) / 1000);
  return new ApiError(
    "rate_limited",
    `Too many messages to one room, or changes of them: wait ${seconds.toFixed(1)} seconds and send this one again.`,
    { retryAfter: seconds },
  );
}

/** Throws `rate_limited` where the member's bucket holds no message more. */
function accessBucket(me: Membership, bucket: Bucket): void {
  if (me.bucketAt > Date.now() + bucket.capacity - bucket.cost) throw tooFast(me.bucketAt, bucket);
}

/** Pays for a message at once. Throws `rate_limited`. */
export async function chargeNow(me: Membership, bucket: Bucket): Promise<void> {
  accessBucket(me, bucket);
  if (!(await chargeForSend(me, bucket))) throw tooFast(me.bucketAt, bucket);
}

/**
 * What a message still costs when it is claimed: its price, or nothing where little was left in the bucket, and it is
 * paid for here. Throws `rate_limited`: whoever is refused must be so before the message has a number.
 */
export async function chargeAhead(me: Membership, bucket: Bucket): Promise<number> {
  accessBucket(me, bucket);
  if (!isHalfEmpty(me, bucket)) return bucket.cost;
  await chargeNow(me, bucket);
  return 0;
}

/**
 * The same for a message to several rooms: what it still costs in each, by room. Throws `rate_limited`, with the time after
 * which all of them take it, and then nothing is paid, unless other calls empty a bucket meanwhile.
 */
export async function chargeAllAhead(
  memberships: readonly Membership[],
  bucket: Bucket,
): Promise<Map<string, number>> {
  const [emptiest] = [...memberships].sort((one, other) => other.bucketAt - one.bucketAt);
  if (emptiest) accessBucket(emptiest, bucket);
  const costs = new Map<string, number>();
  for (const me of memberships) costs.set(me.roomId, await chargeAhead(me, bucket));
  return costs;
}
