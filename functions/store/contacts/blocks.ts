/**
 * Blocks: which users refuse contact with each other. One transaction writes a block in four
 * places:
 *   of one pair, of a user    USER#u / BLOCK#v (u blocks v), USER#v / BLOCKED#u
 *   their direct room         ROOM#r / HEAD: blocked_by, which refuses messages
 *   the blocker's presence    USER#u / PRESENCE: blocked_users. Each read of a presence returns it.
 */
import { directRoomId } from "../../kernel/runtime/ids.ts";
import { isoOf } from "../../kernel/runtime/time.ts";
import { blockToText } from "../presence/presence.ts";
import { type Head, headFromItem } from "../rooms/heads.ts";
import { dropMarksBeforeBlock } from "../rooms/marks.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { prefixes } from "../table/prefixes.ts";
import { getItem, getItems, type Item, type Part, queryAll, transactWrite } from "../table/table.ts";
import { conditionExpression, type Update, updateExpression } from "../table/update-expression.ts";

export interface Block {
  /** The other user. */
  readonly userId: string;
  /** The blocker: the user whose blocks these are, or the other one. */
  readonly by: "self" | "other";
  /** RFC 3339. */
  readonly since: string;
}

function fromItem(item: Item): Block {
  return {
    userId: idOfKey(String(item.sk)),
    by: String(item.sk).startsWith(prefixes.block) ? "self" : "other",
    since: isoOf(Number(item.since)),
  };
}

/** Returns the users blocked by a user, and the users blocking them. */
export async function listBlocks(
  userId: string,
  read: "consistent" | "eventual" = "eventual",
): Promise<Block[]> {
  const { pk, prefix } = keys.blocksOf(userId);
  const items = await queryAll({
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: { ":pk": pk, ":prefix": prefix },
    ConsistentRead: read === "consistent",
  });
  return items.map(fromItem);
}

/** Returns a user's block of another user; undefined if there is none. */
export async function getBlock(userId: string, otherId: string): Promise<Block | undefined> {
  const item = await getItem(keys.block(userId, otherId), "consistent");
  return item && fromItem(item);
}

/** Returns parts of a transaction that fail if one of two users blocks the other. */
export function unblockedParts([one, other]: readonly [string, string]): Part[] {
  return [keys.block(one, other), keys.blockedBy(one, other)].map((key) => ({
    ConditionCheck: { Key: key, ...conditionExpression("attribute_not_exists(pk)") },
  }));
}

/**
 * Returns the part that changes the head of their direct room. If they have no room, it checks that
 * there is still none.
 */
function headPart(roomId: string, exists: boolean, change: "add" | "delete", userId: string): Part {
  const Key = keys.head(roomId);
  if (!exists) return { ConditionCheck: { Key, ...conditionExpression("attribute_not_exists(pk)") } };
  const update = changeOfSets(change, { blocked_by: new Set([userId]) });
  return { Update: { Key, ...updateExpression({ ...update, condition: "attribute_exists(pk)" }) } };
}

function presencePart(userId: string, change: "add" | "delete", otherId: string, since: number): Part {
  const update = changeOfSets(change, { blocked_users: new Set([blockToText(otherId, since)]) });
  return { Update: { Key: keys.presence(userId), ...updateExpression(update) } };
}

function changeOfSets(change: "add" | "delete", sets: Readonly<Record<string, ReadonlySet<string>>>): Update {
  return change === "add" ? { add: sets } : { delete: sets };
}

const attempts = 20;

/**
 * Reads the block and the room's head and writes a transaction on them, until it succeeds. Returns
 * the head before it.
 */
async function writeBlock(
  userId: string,
  otherId: string,
  partsOf: (since: number | undefined, hasRoom: boolean) => Part[] | undefined,
): Promise<Head | undefined> {
  const roomId = directRoomId(userId, otherId);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const items = await getItems([keys.block(userId, otherId), keys.head(roomId)], "consistent");
    const block = items.find((item) => item.sk !== prefixes.head);
    const head = items.find((item) => item !== block);
    const parts = partsOf(block && Number(block.since), head !== undefined);
    if (!parts || (await transactWrite(parts)).done) return head && headFromItem(head);
  }
  throw new Error(
    `The block of ${otherId} by ${userId} changed ${attempts} times before it could be written.`,
  );
}

/** Blocks a user. An existing block stays as it is. */
export async function putBlock(userId: string, otherId: string): Promise<void> {
  await writeBlock(userId, otherId, (existing, hasRoom) => {
    if (existing !== undefined) return undefined;
    const since = Date.now();
    return [
      {
        Put: {
          Item: { ...keys.block(userId, otherId), since },
          ...conditionExpression("attribute_not_exists(pk)"),
        },
      },
      { Put: { Item: { ...keys.blockedBy(otherId, userId), since } } },
      headPart(directRoomId(userId, otherId), hasRoom, "add", userId),
      presencePart(userId, "add", otherId, since),
    ];
  });
}

/**
 * Ends a block, if there is one. From then on each user sees the other's present marks, unless the
 * other blocks too.
 */
export async function deleteBlock(userId: string, otherId: string): Promise<void> {
  const head = await writeBlock(userId, otherId, (since, hasRoom) =>
    since === undefined
      ? undefined
      : [
          {
            Delete: {
              Key: keys.block(userId, otherId),
              ...conditionExpression("since = :since", { since }),
            },
          },
          { Delete: { Key: keys.blockedBy(otherId, userId) } },
          headPart(directRoomId(userId, otherId), hasRoom, "delete", userId),
          presencePart(userId, "delete", otherId, since),
        ],
  );
  if (head && !head.blockedBy.has(otherId))
    await Promise.all([userId, otherId].map((id) => dropMarksBeforeBlock(head.id, id)));
}
