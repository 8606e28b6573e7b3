/** A kind of items whose changes set something off. */
interface FollowedKind {
  /** How their sort keys begin. */
  readonly sk: string;
  /** What an item must have had, or nothing follows from its change. */
  readonly had?: string;
}

/** Presence, sessions, tickets, messages without a file and typing, most of all writes, set nothing off. */
const kinds = {
  head: { sk: "HEAD" },
  member: { sk: "MEMBER" },
  profile: { sk: "PROFILE" },
  message: { sk: "MSG", had: "attachment" },
  file: { sk: "FILE", had: "expires_at" },
} as const satisfies Record<string, FollowedKind>;

const followedKinds: readonly FollowedKind[] = Object.values(kinds);

/**
 * Whether a change may be one that is followed, by the item's sort key and what it held before: for who reads the stream
 * without the filters below. Of what is let through for nothing, nothing follows.
 */
export const mayBeFollowed = (sortKey: string, before: object = {}): boolean =>
  followedKinds.some(
    ({ sk, had }) => sortKey.startsWith(sk) && (had === undefined || Object.hasOwn(before, had)),
  );

/**
 * The changes that the function `derive` is called for, as Lambda's filters: a room was deleted; a membership ended; a
 * profile was made or changed; a message lost its file, or is gone with it; an upload is gone that no message kept. A
 * send changes a head and a membership too, so filters by key alone would have Lambda called for each message. They look
 * into `dynamodb` and nowhere else, which is all that Lambda promises; `exists` is asked of a value, not of what holds it:
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 * A mapping has five of them at most, unless AWS is asked for ten.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export const followedChanges = [
  {
    Keys: { sk: { S: [kinds.head.sk] } },
    OldImage: { status: { S: [{ "anything-but": ["deleted"] }] } },
    NewImage: { status: { S: ["deleted"] } },
  },
  { Keys: { sk: { S: [{ prefix: kinds.member.sk }] } }, NewImage: { pk: { S: [{ exists: false }] } } },
  { Keys: { sk: { S: [kinds.profile.sk] } }, NewImage: { pk: { S: [{ exists: true }] } } },
  {
    Keys: { sk: { S: [{ prefix: kinds.message.sk }] } },
    OldImage: { [kinds.message.had]: { M: { id: { S: [{ exists: true }] } } } },
    NewImage: { [kinds.message.had]: { M: { id: { S: [{ exists: false }] } } } },
  },
  {
    Keys: { sk: { S: [kinds.file.sk] } },
    OldImage: { [kinds.file.had]: { N: [{ exists: true }] } },
    NewImage: { pk: { S: [{ exists: false }] } },
  },
].map((dynamodb) => ({ dynamodb }));
