/**
 * What a deleted room leaves behind: removed page by page, without hurry.
 *   all of a room but its head          ROOM#r, below and above HEAD
 *   messages of a direct room up to a   ROOM#r / MSG#, EDIT#, REPLY#, PIN#
 *   seq, and what belongs to them
 */
import { setTimeout as sleep } from "node:timers/promises";
import { forEachConcurrent } from "../../kernel/runtime/for-each-concurrent.ts";
import { idOfKey, type Key, keyOf, keys, lastSeq } from "../table/keys.ts";
import { prefixes } from "../table/prefixes.ts";
import { deleteItems, type Item, query } from "../table/table.ts";
import { dropLargeRoom } from "./connected-members.ts";
import { type Head, isLarge } from "./heads.ts";

interface Range {
  readonly condition: string;
  readonly values: Readonly<Record<string, string>>;
}

function besideHead(): Range[] {
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

/** A reply stands with the message that it answers, and what is below a floor cannot be answered from above it. */
function upTo(roomId: string, seq: number): Range[] {
  return [
    between(keys.message(roomId, 0), keys.message(roomId, seq)),
    between(keys.edit(roomId, 0, 0), keys.edit(roomId, seq, lastSeq)),
    between(keys.reply(roomId, 0, 0), keys.reply(roomId, seq, lastSeq)),
    between(keys.pin(roomId, 0), keys.pin(roomId, seq)),
  ];
}

/**
 * What is to go of a room as it is now. A direct room may be open again, or be opened at any moment: its members and its
 * roster stay, and of its messages go those that are, or will then be, below its floor. Any other room stays deleted.
 */
function rangesOf(head: Head): Range[] {
  if (head.type === "direct") return upTo(head.id, head.status === "deleted" ? head.seq : head.floor);
  return head.status === "deleted" ? besideHead() : [];
}

const presencesAtOnce = 10;

/** Has those whose memberships are among the items not put on the list of a large room any more when they connect. */
function leaveLargeRoom(roomId: string, items: readonly Item[]): Promise<void> {
  const members = items.map(({ sk }) => String(sk)).filter((sk) => sk.startsWith(prefixes.member));
  return forEachConcurrent(members, presencesAtOnce, (sk) => dropLargeRoom(roomId, idOfKey(sk)));
}

const pageSize = 100;

/**
 * Write units a second. A partition takes 1,000, and other rooms, or this one opened again, may share it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
const unitsPerSecond = 400;

/**
 * Removes what is to go of a room, for as long as there is time; false if something is left. It can be repeated, and
 * begins where it ended, since what was removed is not read again.
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
        // What was just removed must not come again.
        ConsistentRead: true,
      });
      if (items.length === 0) break;
      if (isLarge(head)) await leaveLargeRoom(head.id, items);
      units += await deleteItems(items.map(keyOf));
      const ahead = (units / unitsPerSecond) * 1000 - (performance.now() - began);
      if (ahead > 0) await sleep(ahead);
    }
  }
  return true;
}
