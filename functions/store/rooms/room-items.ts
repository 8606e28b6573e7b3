/**
 * Removes what a deleted room leaves behind, page by page, without hurry.
 *   all of a room except its head       ROOM#r, below and above HEAD
 *   messages of a direct room up to a   ROOM#r / MSG#, EDIT#, REPLY#, PIN#
 *   seq, and what belongs to them
 */
import { setTimeout as sleep } from "node:timers/promises";
import { forEachConcurrent } from "../../kernel/runtime/for-each-concurrent.ts";
import { idOfKey, type Key, keyOf, keys, lastSeq } from "../table/keys.ts";
import { prefixes } from "../table/prefixes.ts";
import { deleteItems, type Item, query } from "../table/table.ts";
import { dropLargeRoom } from "./connected-members.ts";
import type { Head } from "./heads.ts";
import { isLarge } from "./large-rooms.ts";

interface Range {
  readonly condition: string;
  readonly values: Readonly<Record<string, string>>;
}

function rangesBesideHead(): Range[] {
  const values = { ":head": prefixes.head };
  return [
    { condition: "sk < :head", values },
    { condition: "sk > :head", values },
  ];
}

function between(from: Key, to: Key): Range {
  return {
    condition: "sk BETWEEN :from AND :to",
    values: { ":from": from.sk, ":to": to.sk },
  };
}

/**
 * A reply stands with the message that it answers. No message above a floor can answer one below
 * it. The change log stays until its TTL ends: it names numbers alone, and a client of the reopened
 * room would take a removed entry for a revision without a change.
 */
function rangesUpTo(roomId: string, seq: number): Range[] {
  return [
    between(keys.message(roomId, 0), keys.message(roomId, seq)),
    between(keys.edit(roomId, 0, 0), keys.edit(roomId, seq, lastSeq)),
    between(keys.reply(roomId, 0, 0), keys.reply(roomId, seq, lastSeq)),
    between(keys.pin(roomId, 0), keys.pin(roomId, seq)),
  ];
}

/**
 * Returns the ranges of a room's items to remove. A direct room may be open again, or open at any
 * moment: its members and roster stay, and only messages below its present or coming floor go. Any
 * other room stays deleted.
 */
function rangesOf(head: Head): Range[] {
  if (head.type === "direct") return rangesUpTo(head.id, head.status === "deleted" ? head.seq : head.floor);
  return head.status === "deleted" ? rangesBesideHead() : [];
}

const presencesAtOnce = 10;

/**
 * Removes a large room from the presences of the members whose memberships are among the items. So
 * these members are no longer added to the room's list when they connect.
 */
function dropFromPresences(roomId: string, items: readonly Item[]): Promise<void> {
  const members = items.map(({ sk }) => String(sk)).filter((sk) => sk.startsWith(prefixes.member));
  return forEachConcurrent(members, presencesAtOnce, (sk) => dropLargeRoom(roomId, idOfKey(sk)));
}

const pageSize = 100;

/**
 * Write units a second. A partition takes 1,000. Other rooms, or this room after it was opened
 * again, may share it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
const unitsPerSecond = 400;

/**
 * Removes what a room leaves behind, as long as there is time. Returns false if something is left.
 * A repeated call continues where the last one ended, since it does not read removed items again.
 */
export async function removeRoomItems(head: Head, hasTime: () => boolean): Promise<boolean> {
  const { pk } = keys.head(head.id);
  const began = performance.now();
  let units = 0;
  for (const { condition, values } of rangesOf(head)) {
    for (;;) {
      if (!hasTime()) return false;
      const items = await query({
        KeyConditionExpression: `pk = :pk AND ${condition}`,
        ExpressionAttributeValues: { ":pk": pk, ...values },
        ProjectionExpression: "pk, sk",
        Limit: pageSize,
        // Items that were just removed must not come again.
        ConsistentRead: true,
      });
      if (items.length === 0) break;
      if (isLarge(head)) await dropFromPresences(head.id, items);
      units += await deleteItems(items.map(keyOf));
      const ahead = (units / unitsPerSecond) * 1000 - (performance.now() - began);
      if (ahead > 0) await sleep(ahead);
    }
  }
  return true;
}
