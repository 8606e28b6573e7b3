/**
 * Pages of large deliveries: one event for up to 200 people of a room, on its way through the queue `delivery`. The queue
 * keeps the order of each group, so a group is a room and one of its lanes, and somebody's lane is always the same: their
 * events stay in order, and several workers serve a room at once.
 */
import { randomUUID } from "node:crypto";
import type { ServerEvent } from "../../../contract/events.ts";
import { environment } from "../../kernel/runtime/environment.ts";
import { errorFacts, log } from "../../kernel/runtime/log.ts";
import { shardOf } from "../../kernel/runtime/shard.ts";

/** An event that each receiver sees in their own way, by what makes it. */
export type PageView =
  | { readonly type: "room_created" | "room_updated" }
  | { readonly type: "message_updated"; readonly seq: number };

/** How it is found out, when a page is delivered, who of its people is still in the room: by its list of who is live, or by so many chunks of its roster. */
export type StillIn = { readonly by: "list" } | { readonly by: "roster"; readonly chunks: number };

/** What is the same on all pages of a delivery. */
export interface Delivery {
  readonly room_id: string;
  readonly event?: ServerEvent;
  /** In place of an event. */
  readonly view?: PageView;
  /** Absent where it is told to those, too, who are not in the room any more. */
  readonly still_in?: StillIn;
  /** Only to those who may see the message of this seq. */
  readonly viewers_of?: number;
  /** What is over for those who are told: their membership, or the room for everybody. */
  readonly ends?: "membership" | "room";
}

export interface Page extends Delivery {
  readonly user_ids: readonly string[];
}

const lanes = 8;
const usersAPage = 200;

/**
 * Bytes of one call. AWS's pages differ: 1 MiB, and 256 KiB before. An event of 128 KB, the most that a connection takes,
 * fits with the ids of its page. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
const batchBytes = 256 * 1024;
const batchEntries = 10;

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
}

/** The pages of a delivery. Its ids are its own, so that a call that the SDK repeats doubles nothing. */
function entriesOf(delivery: Delivery, userIds: readonly string[]): Entry[] {
  const id = randomUUID();
  const byLane = Map.groupBy(userIds, (userId) => shardOf(userId, lanes));
  const entries: Entry[] = [];
  for (const [lane, members] of byLane)
    for (let at = 0; at < members.length; at += usersAPage) {
      const page: Page = { ...delivery, user_ids: members.slice(at, at + usersAPage) };
      entries.push({
        Id: String(entries.length),
        MessageBody: JSON.stringify(page),
        MessageGroupId: `${delivery.room_id}:${lane}`,
        MessageDeduplicationId: `${id}:${entries.length}`,
      });
    }
  return entries;
}

function inBatches(entries: readonly Entry[]): Entry[][] {
  const batches: Entry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.MessageBody);
    const batch = batches.at(-1);
    if (!batch || batch.length === batchEntries || bytes + size > batchBytes) {
      batches.push([entry]);
      bytes = size;
    } else {
      batch.push(entry);
      bytes += size;
    }
  }
  return batches;
}

/** Hands a delivery to the queue. What the queue does not take is logged: those people fetch what they miss. */
export async function enqueueDelivery(delivery: Delivery, userIds: readonly string[]): Promise<void> {
  const { sendBatch } = await import("./queues.ts");
  await Promise.all(
    inBatches(entriesOf(delivery, userIds)).map(async (batch) => {
      const refused = await sendBatch(environment.deliveryQueueUrl, batch).catch((error: unknown) => {
        log("error", "pages_not_queued", { room_id: delivery.room_id, ...errorFacts(error) });
        return [];
      });
      if (refused.length > 0)
        log("error", "pages_not_queued", { room_id: delivery.room_id, pages: refused.length });
    }),
  );
}
