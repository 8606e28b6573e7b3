/**
 * The events of the table's stream: the changes of items that have stream handlers. Lambda's
 * filters and the classification of a change are both made from the patterns of this module. `lib/`
 * reads it when it builds the stack, so it imports no code except the key prefixes.
 *
 * Presence, sessions, tickets, marks and typing are the most frequent writes. They cause no event.
 */
import type { StreamEvent } from "../store/background/changes.ts";
import { prefixes } from "../store/table/prefixes.ts";

/** A rule of Lambda's filter language for one value: the value itself, or an operator. */
type Rule =
  | string
  | { readonly exists: boolean }
  | { readonly prefix: string }
  | { readonly "anything-but": readonly string[] };

/** The rules for an attribute, by the type under which DynamoDB holds its value. */
interface AttributePattern {
  readonly S?: readonly Rule[];
  readonly N?: readonly Rule[];
}

type ImagePattern = Readonly<Record<string, AttributePattern>>;

interface EventPattern {
  readonly Keys: { readonly sk: { readonly S: readonly Rule[] } };
  readonly OldImage?: ImagePattern;
  readonly NewImage?: ImagePattern;
}

/** Returns the rule for the sort keys of a kind of items. */
function keysOf(item: keyof typeof prefixes): Pick<EventPattern, "Keys"> {
  const prefix = prefixes[item];
  return { Keys: { sk: { S: [prefix.endsWith("#") ? { prefix } : prefix] } } };
}

/**
 * Lambda asks `exists` of a value, not of the map that holds it. Each image holds the item's key.
 */
const present: ImagePattern = { pk: { S: [{ exists: true }] } };
const absent: ImagePattern = { pk: { S: [{ exists: false }] } };

const created = { OldImage: absent };
const changed = { OldImage: present, NewImage: present };
const deleted = { NewImage: absent };
const deletedWithExpiry = { OldImage: { expires_at: { N: [{ exists: true }] } }, NewImage: absent };

/**
 * The pattern of each event. A change matches one pattern at most. Patterns look into the
 * `dynamodb` part of a record alone, which is all that Lambda promises:
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 */
export const eventPatterns: Readonly<Record<StreamEvent, EventPattern>> = {
  roomDeleted: {
    ...keysOf("head"),
    // Each send changes the head and a membership too. With filters by key alone, Lambda would be
    // called three times for each message.
    OldImage: { status: { S: [{ "anything-but": ["deleted"] }] } },
    NewImage: { status: { S: ["deleted"] } },
  },
  // Sends and marks change memberships: only their creation and deletion are events.
  memberAdded: { ...keysOf("member"), ...created },
  memberRemoved: { ...keysOf("member"), ...deleted },
  profileCreated: { ...keysOf("profile"), ...created },
  profileChanged: { ...keysOf("profile"), ...changed },
  profileDeleted: { ...keysOf("profile"), ...deleted },
  messageCreated: { ...keysOf("message"), ...created },
  messageChanged: { ...keysOf("message"), ...changed },
  messagePurged: { ...keysOf("message"), ...deleted },
  // A file that a message kept has no expiry: the events of its message remove it.
  fileDeleted: { ...keysOf("file"), ...deletedWithExpiry },
  contactCreated: { ...keysOf("contact"), ...created },
  notificationCreated: { ...keysOf("notification"), ...created },
  avatarDeleted: { ...keysOf("avatar"), ...deletedWithExpiry },
};

/**
 * Lambda's filters for the function `tableStream`, which pass exactly the events: events whose
 * images have the same patterns share a filter. A mapping may have up to five filters, or ten if
 * AWS grants more: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export const streamFilters = [
  ...Map.groupBy(Object.values(eventPatterns), ({ OldImage, NewImage }) =>
    JSON.stringify([OldImage, NewImage]),
  ).values(),
].map((patterns) => ({
  dynamodb: { ...patterns[0], Keys: { sk: { S: patterns.flatMap(({ Keys }) => Keys.sk.S) } } },
}));

/** An item's attributes, or its key, in a record of the stream. */
type Image = Readonly<
  Record<string, { readonly S?: string | undefined; readonly N?: string | undefined } | undefined>
>;

/** The `dynamodb` part of a record of the stream. */
interface ChangedImages {
  readonly Keys?: Image | undefined;
  readonly OldImage?: Image | undefined;
  readonly NewImage?: Image | undefined;
}

function matchesRule(rule: Rule, value: string | undefined): boolean {
  if (typeof rule === "string") return value === rule;
  if ("exists" in rule) return (value !== undefined) === rule.exists;
  if ("prefix" in rule) return value?.startsWith(rule.prefix) === true;
  return value !== undefined && !rule["anything-but"].includes(value);
}

function matchesImage(pattern: ImagePattern = {}, image: Image = {}): boolean {
  return Object.entries(pattern).every(([name, rulesByType]) =>
    (["S", "N"] as const).every(
      (type) => rulesByType[type]?.some((rule) => matchesRule(rule, image[name]?.[type])) ?? true,
    ),
  );
}

// Safe: `eventPatterns` has the names of events alone.
const streamEvents = Object.keys(eventPatterns) as StreamEvent[];

/** Returns the event that a change is, or undefined if no handler waits for it. */
export function eventOf(change: ChangedImages = {}): StreamEvent | undefined {
  return streamEvents.find((event) => {
    const pattern = eventPatterns[event];
    return (
      matchesImage(pattern.Keys, change.Keys) &&
      matchesImage(pattern.OldImage, change.OldImage) &&
      matchesImage(pattern.NewImage, change.NewImage)
    );
  });
}
