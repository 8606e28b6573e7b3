/**
 * Blocks: who wants nothing of whom. Each is told in four places, all of which one transaction writes:
 *   of one pair, of a user    USER#u / BLOCK#v (u blocks v), USER#v / BLOCKED#u
 *   their direct room         ROOM#r / HEAD: blocked_by, which refuses messages
 *   the blocker's presence    USER#u / PRESENCE: blocked_users, which whoever shows or tells a presence has read anyway
 */
import { directRoomId } from "../../kernel/runtime/ids.ts";
import { isoOf } from "../../kernel/runtime/time.ts";
import { blockToText } from "../presence/presence.ts";
import { type Head, headFromItem } from "../rooms/heads.ts";
import { dropMarksBeforeBlock } from "../rooms/marks.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { prefixes } from "../table/prefixes.ts";
import { getItem, getItems, type Item, type Part, queryAll, transactWrite } from "../table/table.ts";

export interface Block {
  /** The other one. */
  readonly userId: string;
  /** Who blocks: the user whose blocks these are, or the other one. */
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

/** Everybody whom somebody blocks, and everybody who blocks them. */
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

/** The user's block of somebody else; undefined for none. */
export async function getBlock(userId: string, otherId: string): Promise<Block | undefined> {
  const item = await getItem(keys.block(userId, otherId), "consistent");
  return item && fromItem(item);
}

/** Parts of a transaction that hold only where neither of two people blocks the other. */
export function unblockedParts([one, other]: readonly [string, string]): Part[] {
  return [keys.block(one, other), keys.blockedBy(one, other)].map((key) => ({
    ConditionCheck: { Key: key, ConditionExpression: "attribute_not_exists(pk)" },
  }));
}

/** The head of their direct room, if they have one; if they have none, that there is none yet. */
function headPart(roomId: string, exists: boolean, change: "ADD" | "DELETE", userId: string): Part {
  return exists
    ? {
        Update: {
          Key: keys.head(roomId),
          UpdateExpression: `${change} blocked_by :user`,
          ConditionExpression: "attribute_exists(pk)",
          ExpressionAttributeValues: { ":user": new Set([userId]) },
        },
      }
    : { ConditionCheck: { Key: keys.head(roomId), ConditionExpression: "attribute_not_exists(pk)" } };
}

function presencePart(userId: string, change: "ADD" | "DELETE", otherId: string, since: number): Part {
  return {
    Update: {
      Key: keys.presence(userId),
      UpdateExpression: `${change} blocked_users :other`,
      ExpressionAttributeValues: { ":other": new Set([blockToText(otherId, since)]) },
    },
  };
}

const attempts = 20;

/** The block and the room's head as they are, until a transaction that stands on them was done. Gives the head before it. */
async function write(
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
    `The block of ${otherId} by ${userId} changed ${attempts} times while it was to be changed.`,
  );
}

/** Blocks somebody. Again, the block stays as it is. */
export async function putBlock(userId: string, otherId: string): Promise<void> {
  await write(userId, otherId, (stands, hasRoom) => {
    if (stands !== undefined) return undefined;
    const since = Date.now();
    return [
      {
        Put: {
          Item: { ...keys.block(userId, otherId), since },
          ConditionExpression: "attribute_not_exists(pk)",
        },
      },
      { Put: { Item: { ...keys.blockedBy(otherId, userId), since } } },
      headPart(directRoomId(userId, otherId), hasRoom, "ADD", userId),
      presencePart(userId, "ADD", otherId, since),
    ];
  });
}

/** Lifts a block, if there is one. From then on each sees the other's marks as they are, unless the other blocks too. */
export async function deleteBlock(userId: string, otherId: string): Promise<void> {
  const head = await write(userId, otherId, (since, hasRoom) =>
    since === undefined
      ? undefined
      : [
          {
            Delete: {
              Key: keys.block(userId, otherId),
              ConditionExpression: "since = :since",
              ExpressionAttributeValues: { ":since": since },
            },
          },
          { Delete: { Key: keys.blockedBy(otherId, userId) } },
          headPart(directRoomId(userId, otherId), hasRoom, "DELETE", userId),
          presencePart(userId, "DELETE", otherId, since),
        ],
  );
  if (head && !head.blockedBy.has(otherId))
    await Promise.all([userId, otherId].map((id) => dropMarksBeforeBlock(head.id, id)));
}
