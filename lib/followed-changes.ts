/**
 * Kinds of items whose changes set something off, as the beginnings of their sort keys. Presence, sessions, tickets,
 * messages and typing, most of all writes, do not.
 */
export const followedKinds = ["HEAD", "MEMBER"] as const;

const [head, member] = followedKinds;

/**
 * The changes that the function `derive` is called for, as Lambda's filters: a room was deleted; a membership ended. A
 * send changes a head and a membership too, so filters by key alone would have Lambda called for each message. They look
 * into `dynamodb` and nowhere else, which is all that Lambda promises:
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 * A mapping has five of them at most, unless AWS is asked for ten.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export const followedChanges = [
  {
    Keys: { sk: { S: [head] } },
    OldImage: { status: { S: [{ "anything-but": ["deleted"] }] } },
    NewImage: { status: { S: ["deleted"] } },
  },
  { Keys: { sk: { S: [{ prefix: member }] } }, NewImage: { pk: { S: [{ exists: false }] } } },
].map((dynamodb) => ({ dynamodb }));
