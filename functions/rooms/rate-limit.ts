import { ApiError } from "../kernel/http/api-error.ts";
import { environment } from "../kernel/runtime/environment.ts";
import { type Bucket, chargeForSend, isHalfEmpty, type Membership } from "../store/rooms/memberships.ts";

/** Returns the limits of a member's bucket, which are the same in every room. */
export function rateBucket(): Bucket {
  const cost = 1000 / environment.rateLimitPerSecond;
  return { cost, capacity: cost * environment.rateLimitBurst };
}

/**
 * Returns the bucket of a user who joins by themself: it holds one message. It goes with the
 * membership, so leaving and joining would bring a full bucket again and again.
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

/** Throws `rate_limited` if the member's bucket holds no further message. */
function accessBucket(me: Membership, bucket: Bucket): void {
  if (me.bucketAt > Date.now() + bucket.capacity - bucket.cost) throw tooFast(me.bucketAt, bucket);
}

/** Charges a message at once. Throws `rate_limited`. */
export async function chargeNow(me: Membership, bucket: Bucket): Promise<void> {
  accessBucket(me, bucket);
  if (!(await chargeForSend(me, bucket))) throw tooFast(me.bucketAt, bucket);
}

/**
 * Returns the cost of a message that is still due when it is claimed. If little was left in the
 * bucket, the message is charged here, and 0 is due. Throws `rate_limited`: a refusal must come
 * before the message has a number.
 */
export async function chargeAhead(me: Membership, bucket: Bucket): Promise<number> {
  accessBucket(me, bucket);
  if (!isHalfEmpty(me, bucket)) return bucket.cost;
  await chargeNow(me, bucket);
  return 0;
}

/**
 * Does the same for a message to several rooms, and returns the cost that is still due by room id.
 * Throws `rate_limited` with the time after which all rooms take the message. Then nothing is
 * charged, unless other calls empty a bucket meanwhile.
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
