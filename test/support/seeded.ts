/**
 * Items that tests and the bench write straight into the table: calls with the same result would
 * take minutes.
 */
import { BatchWriteCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { blankProfile, keys, newProfileItem, untouched } from "./internals.ts";

/**
 * BatchWriteItem takes at most 25 items.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 */
export const batchSize = 25;

type Item = Readonly<Record<string, unknown>>;

/** Puts up to 25 items. */
export async function putBatch(
  table: DynamoDBDocumentClient,
  tableName: string,
  items: readonly Item[],
): Promise<void> {
  const puts = items.map((Item) => ({ PutRequest: { Item } }));
  const { UnprocessedItems } = await table.send(
    new BatchWriteCommand({ RequestItems: { [tableName]: puts } }),
  );
  const left = UnprocessedItems?.[tableName]?.length ?? 0;
  if (left > 0) throw new Error(`${left} of ${items.length} items were not written.`);
}

/** Returns the profile of a user with nothing but a username, as their first call would make it. */
export function seededProfile(id: string, username: string): Item {
  return newProfileItem({ ...blankProfile(id, username), email: `${username}@example.com` });
}

/** Returns all items of a user who has registered. The username has only small ASCII letters. */
export function seededAccount(id: string, username: string): readonly Item[] {
  const profile = seededProfile(id, username);
  return [
    profile,
    { ...keys.username(username), email: profile.email, user_id: id },
    { ...keys.presence(id), connections: {} },
  ];
}

/** A text message with the fields that every message has. */
export const plainMessage = {
  ...untouched,
  type: "text",
  replyTo: null,
  forwardedFrom: null,
  priority: "normal",
  metadata: null,
  attachment: null,
  clientMessageId: null,
  expiresAt: null,
} as const;
