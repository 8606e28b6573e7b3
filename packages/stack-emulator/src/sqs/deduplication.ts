import { createHash } from "node:crypto";
import type { Clock } from "../clock.ts";
import { invalidParameter } from "./errors.ts";
import type { NewMessage } from "./queue.ts";
import type { QueueConfig } from "./queue-config.ts";

export interface Sent {
  readonly messageId: string;
  /** Only a message of a FIFO queue has one. */
  readonly sequenceNumber: string | undefined;
}

/** The messages that a FIFO queue took, also deleted ones, to find repeats. */
export interface Deduplication {
  idOf(message: NewMessage): string | undefined;
  find(message: NewMessage): Sent | undefined;
  remember(message: NewMessage, sent: Sent): void;
}

/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
 */
const intervalMs = 5 * 60_000;

export function createDeduplication(config: QueueConfig, clock: Clock): Deduplication {
  const sentById = new Map<string, { sent: Sent; at: number }>();
  const idOf = (message: NewMessage): string | undefined => {
    if (!config.fifo || message.deduplicationId !== undefined) return message.deduplicationId;
    if (config.contentBasedDeduplication) return createHash("sha256").update(message.body).digest("hex");
    throw invalidParameter(
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  };
  const keyOf = (message: NewMessage): string =>
    JSON.stringify([idOf(message), config.deduplicatePerGroup ? message.groupId : ""]);
  return {
    idOf,
    find(message) {
      if (!config.fifo) return undefined;
      const found = sentById.get(keyOf(message));
      return found !== undefined && clock.now() - found.at < intervalMs ? found.sent : undefined;
    },
    remember(message, sent) {
      if (!config.fifo) return;
      const now = clock.now();
      for (const [key, { at }] of sentById) if (now - at >= intervalMs) sentById.delete(key);
      sentById.set(keyOf(message), { sent, at: now });
    },
  };
}
