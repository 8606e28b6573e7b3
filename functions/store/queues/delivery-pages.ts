/**
 * Pages of large deliveries: one event for up to 200 users of a room, in the queue `delivery`. The
 * queue keeps the order within a group, which is a room and one of its lanes. A user always has the
 * same lane. So their events stay in order, and several workers serve a room at the same time.
 */
import { randomUUID } from "node:crypto";
import type { ServerEvent } from "../../../contract/events.ts";
import { environment } from "../../kernel/runtime/environment.ts";
import { errorFacts, log } from "../../kernel/runtime/log.ts";
import { shardOf } from "../../kernel/runtime/shard.ts";

/** An event that is presented to each recipient in their own way, by what makes it. */
export type PageView =
  | { readonly type: "room_created" | "room_updated" }
  | { readonly type: "message_updated"; readonly seq: number };

/**
 * The way to check, when a page is delivered, which of its users are still in the room: by its list
 * of connected members, or by this number of chunks of its roster.
 */
export type StillIn = { readonly by: "list" } | { readonly by: "roster"; readonly chunks: number };

/** The fields that all pages of a delivery share. */
export interface Delivery {
  readonly room_id: string;
  readonly event?: ServerEvent;
  /** In place of an event. */
  readonly view?: PageView;
  /** Absent if users who have left the room receive the event too. */
  readonly still_in?: StillIn;
  /** Only users who may see the message of this seq receive the event. */
  readonly viewers_of?: number;
  /** Tells the recipients that their membership ends, or the room for all users. */
  readonly ends?: "membership" | "room";
}

export interface Page extends Delivery {
  readonly user_ids: readonly string[];
}

const lanes = 8;
const usersAPage = 200;

/**
 * Bytes of one call. AWS's pages differ: 1 MiB, and 256 KiB before. An event of 128 KB, the maximum
 * of a connection, fits with the ids of its page.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
const batchBytes = 256 * 1024;
const batchEntries = 10;

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly MessageDeduplicationId: string;
}

/**
 * Returns the pages of a delivery. Their ids are its own, so a call that the SDK repeats adds no
 * page twice.
 */
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

/**
 * Puts a delivery into the queue. It logs pages that the queue refuses: their users fetch what they
 * missed.
 */
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
