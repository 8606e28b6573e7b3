/** The directory's items in the table, as an operator reads and changes them. */
import { DeleteCommand, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { idOfKey, type Key, keys } from "./internals.ts";
import { operatorTable } from "./operator.ts";
import { target } from "./target.ts";

type DirectoryItem = Key & Readonly<Record<string, unknown>>;

/** Returns all items of the directory without their versions, in the order of their keys. */
export async function directoryItems(): Promise<DirectoryItem[]> {
  const { Items = [], LastEvaluatedKey } = await operatorTable().send(
    new ScanCommand({
      TableName: target().tableName,
      ConsistentRead: true,
      FilterExpression: "begins_with(pk, :entries) OR sk = :directory",
      ExpressionAttributeValues: {
        ":entries": keys.directoryEntries,
        ":directory": keys.directory("").sk,
      },
    }),
  );
  if (LastEvaluatedKey) throw new Error("The table is too large to be looked at in one go.");
  return (
    Items.map(({ version: _, ...item }) => item as DirectoryItem)
      // Safe: every item of the table has a key.
      .sort((one, other) => (one.pk + one.sk < other.pk + other.sk ? -1 : 1))
  );
}

/** Returns the id of the user of an item. */
export function ownerOf({ pk, sk }: Key): string {
  return idOfKey(pk.startsWith(keys.directoryEntries) ? sk : pk);
}

export async function deleteItems(items: readonly Key[]): Promise<void> {
  for (const { pk, sk } of items)
    await operatorTable().send(new DeleteCommand({ TableName: target().tableName, Key: { pk, sk } }));
}

export async function putItems(items: readonly DirectoryItem[]): Promise<void> {
  for (const Item of items)
    await operatorTable().send(new PutCommand({ TableName: target().tableName, Item }));
}
