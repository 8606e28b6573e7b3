/** A kind of items whose changes set something off. */
interface FollowedKind {
  /** How their sort keys begin. */
  readonly sk: string;
  /** What an item must have had, or nothing follows from its change. */
  readonly had?: string;
}

/** Presence, sessions, tickets, marks and typing, most of all writes, set nothing off. */
const kinds = {
  head: { sk: "HEAD" },
  member: { sk: "MEMBER" },
  profile: { sk: "PROFILE" },
  message: { sk: "MSG" },
  file: { sk: "FILE", had: "expires_at" },
  contact: { sk: "CONTACT" },
  notification: { sk: "NOTIF" },
  avatar: { sk: "AVATAR", had: "expires_at" },
} as const satisfies Record<string, FollowedKind>;

const followedKinds: readonly FollowedKind[] = Object.values(kinds);

/**
 * Whether a change may be one that is followed, by the item's sort key and what it held before: for who reads the stream
 * without the filters below. Of what is let through for nothing, nothing follows.
 */
export function mayBeFollowed(sortKey: string, before: object = {}): boolean {
  return followedKinds.some(
    (kind: FollowedKind) =>
      sortKey.startsWith(kind.sk) && (kind.had === undefined || Object.hasOwn(before, kind.had)),
  );
}

/**
 * The changes that the function `tableStream` is called for, as Lambda's filters: a room was deleted; a membership ended; a
 * profile was made or changed; a message was sent or changed, or is gone; an upload is gone that no message kept, or that of
 * a picture; a membership, a contact or a notification began. A send
 * changes a head and a membership too, so filters by key alone would have Lambda called three times for each message. They
 * look into `dynamodb` and nowhere else, which is all that Lambda promises; `exists` is asked of a value, not of what holds it:
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 * A mapping has five of them at most, unless AWS is asked for ten. What one key may be is a list, so kinds can share one.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export const followedChanges = [
  {
    Keys: { sk: { S: [kinds.head.sk] } },
    OldImage: { status: { S: [{ "anything-but": ["deleted"] }] } },
    NewImage: { status: { S: ["deleted"] } },
  },
  { Keys: { sk: { S: [{ prefix: kinds.member.sk }] } }, NewImage: { pk: { S: [{ exists: false }] } } },
  { Keys: { sk: { S: [kinds.profile.sk, { prefix: kinds.message.sk }] } } },
  {
    Keys: { sk: { S: [kinds.file.sk, kinds.avatar.sk] } },
    OldImage: { [kinds.file.had]: { N: [{ exists: true }] } },
    NewImage: { pk: { S: [{ exists: false }] } },
  },
  {
    Keys: {
      sk: { S: [kinds.member.sk, kinds.contact.sk, kinds.notification.sk].map((prefix) => ({ prefix })) },
    },
    OldImage: { pk: { S: [{ exists: false }] } },
  },
].map((dynamodb) => ({ dynamodb }));
