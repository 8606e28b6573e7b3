import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { createDeduplication, type Deduplication, type Sent } from "./deduplication.ts";
import { SqsError } from "./errors.ts";
import type { Message, MessageAttributes } from "./message.ts";
import type { QueueConfig } from "./queue-config.ts";

export interface NewMessage {
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly senderId: string;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly traceHeader: string | undefined;
  readonly delayMs: number | undefined;
}

interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** One queue's messages. Nothing here waits: see `waiting.ts`. */
export interface Queue {
  readonly config: QueueConfig;
  /** Adds a message; of a duplicate in a FIFO queue it gives the first one's ids again. */
  send(message: NewMessage): Sent;
  /** Messages that can be received now, at most `max`, each hidden for the visibility timeout. */
  receive(max: number, visibilityTimeoutMs?: number): Message[];
  /** Whether this receipt handle's message was there. */
  delete(receiptHandle: string): boolean;
  /** Throws MessageNotInflight for one that is not hidden now. */
  changeVisibility(receiptHandle: string, timeoutMs: number): void;
  purge(): void;
  counts(): QueueCounts;
  /** When the next message that is hidden now can be received; undefined when there is none. */
  nextVisibleAt(): number | undefined;
  /** Takes in a message that another queue gave up, keeping its id. */
  accept(message: Message, sourceArn: string | undefined): void;
  /** All messages, for a snapshot or a redrive. */
  messages(): readonly Message[];
  remove(id: string): void;
  /** Called after a change that a waiting receiver or a snapshot may care about. */
  onChange(listener: () => void): void;
}

export function createQueue(
  config: QueueConfig,
  clock: Clock,
  deadLetterQueue: () => Queue | undefined,
  restored: readonly Message[] = [],
): Queue {
  // A map keeps the order of insertion, which is that of sending.
  const messages = new Map<string, Message>(restored.map((message) => [message.id, message]));
  const byHandle = new Map<string, string>();
  for (const { id, receiptHandle } of restored)
    if (receiptHandle !== undefined) byHandle.set(receiptHandle, id);
  const deduplication: Deduplication = createDeduplication(config, clock);
  const listeners: (() => void)[] = [];
  // Begins with the time, so that it goes on growing after a restart.
  let sequence = clock.now() * 100;
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const dropExpired = (): void => {
    const oldest = clock.now() - config.retentionMs;
    for (const message of messages.values()) if (message.sentAt <= oldest) messages.delete(message.id);
  };
  const found = (receiptHandle: string): Message | undefined => {
    const message = messages.get(byHandle.get(receiptHandle) ?? "");
    // A FIFO queue takes the latest handle only, and a standard queue is as strict here: an older
    // one usually works on AWS, but nothing may count on it.
    return message?.receiptHandle === receiptHandle ? message : undefined;
  };

  return {
    config,
    send(given) {
      const earlier = deduplication.find(given);
      if (earlier !== undefined) return earlier;
      sequence += 1;
      const now = clock.now();
      const message: Message = {
        id: randomUUID(),
        body: given.body,
        attributes: given.attributes,
        senderId: given.senderId,
        sentAt: now,
        groupId: given.groupId,
        deduplicationId: deduplication.idOf(given),
        // 20 digits, growing: the form of SQS.
        sequenceNumber: config.fifo ? `18850${String(sequence).padStart(15, "0")}` : undefined,
        traceHeader: given.traceHeader,
        deadLetterSourceArn: undefined,
        receiveCount: 0,
        firstReceivedAt: undefined,
        visibleAt: now + (given.delayMs ?? config.delayMs),
        receiptHandle: undefined,
      };
      messages.set(message.id, message);
      const sent = { messageId: message.id, sequenceNumber: message.sequenceNumber };
      deduplication.remember(given, sent);
      changed();
      return sent;
    },
    receive(max, visibilityTimeoutMs = config.visibilityTimeoutMs) {
      dropExpired();
      const now = clock.now();
      const target = deadLetterQueue();
      const received: Message[] = [];
      let moved = false;
      // A FIFO queue holds back a whole group while one of its messages is hidden.
      const blocked = new Set<string | undefined>();
      for (const message of messages.values()) {
        if (received.length >= max) break;
        if (config.fifo && blocked.has(message.groupId)) continue;
        if (message.visibleAt > now) {
          blocked.add(message.groupId);
          continue;
        }
        if (target && config.redrive && message.receiveCount >= config.redrive.maxReceiveCount) {
          messages.delete(message.id);
          target.accept(message, config.arn);
          moved = true;
          continue;
        }
        const receipt: Message = {
          ...message,
          receiveCount: message.receiveCount + 1,
          firstReceivedAt: message.firstReceivedAt ?? now,
          visibleAt: now + visibilityTimeoutMs,
          receiptHandle: randomUUID(),
        };
        if (message.receiptHandle !== undefined) byHandle.delete(message.receiptHandle);
        byHandle.set(receipt.receiptHandle ?? "", message.id);
        messages.set(message.id, receipt);
        received.push(receipt);
      }
      if (received.length > 0 || moved) changed();
      return received;
    },
    delete(receiptHandle) {
      const message = found(receiptHandle);
      byHandle.delete(receiptHandle);
      if (message === undefined) return false;
      messages.delete(message.id);
      changed();
      return true;
    },
    changeVisibility(receiptHandle, timeoutMs) {
      const message = found(receiptHandle);
      if (message === undefined) {
        throw new SqsError("ReceiptHandleIsInvalid", "The input receipt handle is invalid.");
      }
      if (message.visibleAt <= clock.now()) {
        throw new SqsError(
          "MessageNotInflight",
          "The specified message isn't in flight.",
          "AWS.SimpleQueueService.MessageNotInflight",
        );
      }
      messages.set(message.id, { ...message, visibleAt: clock.now() + timeoutMs });
      changed();
    },
    purge() {
      messages.clear();
      byHandle.clear();
      changed();
    },
    counts() {
      dropExpired();
      const now = clock.now();
      const hidden = [...messages.values()].filter((message) => message.visibleAt > now);
      const delayed = hidden.filter((message) => message.receiveCount === 0).length;
      return { visible: messages.size - hidden.length, inFlight: hidden.length - delayed, delayed };
    },
    nextVisibleAt() {
      const now = clock.now();
      const times = [...messages.values()].map((message) => message.visibleAt).filter((at) => at > now);
      return times.length === 0 ? undefined : Math.min(...times);
    },
    accept(message, sourceArn) {
      messages.set(message.id, {
        ...message,
        deadLetterSourceArn: sourceArn,
        receiveCount: 0,
        firstReceivedAt: undefined,
        visibleAt: clock.now(),
        receiptHandle: undefined,
      });
      changed();
    },
    messages: () => [...messages.values()],
    remove(id) {
      if (messages.delete(id)) changed();
    },
    onChange: (listener) => void listeners.push(listener),
  };
}
