/**
 * Every key of the table, in one place: nothing else builds one. The access patterns behind them are in
 * docs/access-patterns.md.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Fixed width, so that the order of keys is the order of numbers. Twelve digits last for 10^12 messages a room. */
const ordinal = (seq: number): string => String(seq).padStart(12, "0");

const user = (userId: string): string => `USER#${userId}`;
const room = (roomId: string): string => `ROOM#${roomId}`;

export const keys = {
  profile: (userId: string): Key => ({ pk: user(userId), sk: "PROFILE" }),
  presence: (userId: string): Key => ({ pk: user(userId), sk: "PRESENCE" }),
  session: (userId: string, connectionId: string): Key => ({
    pk: user(userId),
    sk: `SESSION#${connectionId}`,
  }),
  username: (folded: string): Key => ({ pk: `USERNAME#${folded}`, sk: "USERNAME" }),
  ticket: (digest: string): Key => ({ pk: `TICKET#${digest}`, sk: "TICKET" }),
  head: (roomId: string): Key => ({ pk: room(roomId), sk: "HEAD" }),
  details: (roomId: string): Key => ({ pk: room(roomId), sk: "DETAILS" }),
  roster: (roomId: string, chunk: number): Key => ({ pk: room(roomId), sk: `ROSTER#${chunk}` }),
  membership: (roomId: string, userId: string): Key => ({ pk: room(roomId), sk: `MEMBER#${userId}` }),
  message: (roomId: string, seq: number): Key => ({ pk: room(roomId), sk: `MSG#${ordinal(seq)}` }),
  typing: (roomId: string, userId: string): Key => ({ pk: room(roomId), sk: `TYPING#${userId}` }),
};

/** Keys of the index `gsi1`, which projects keys alone. */
export const indexKeys = {
  /** Lists the rooms of a user. */
  membership: (userId: string, roomId: string) => ({ gsi1pk: user(userId), gsi1sk: room(roomId) }),
  membershipsOf: (userId: string) => ({ gsi1pk: user(userId), prefix: room("") }),
  /** Lists who is online. Ten shards, so that no partition takes all the writes of a busy morning. */
  online: (userId: string, lastActivity: string) => ({
    gsi1pk: `ONLINE#${shardOf(userId)}`,
    gsi1sk: lastActivity,
  }),
};

export const onlineShards = 10;

const shardOf = (userId: string): number => {
  let hash = 0;
  for (const character of userId) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return hash % onlineShards;
};

/** The id that ends a key: the room of `ROOM#<id>`, the user of `USER#<id>` or `MEMBER#<id>`. */
export const idOfKey = (key: string): string => key.slice(key.indexOf("#") + 1);

/** The seq of `MSG#<seq>`. */
export const seqOfKey = (sk: string): number => Number(sk.slice(sk.indexOf("#") + 1));
