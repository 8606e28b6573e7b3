import type { Payload } from "../proxy/types.ts";
import { type Message, type MessageAttributes, md5, md5OfAttributes } from "./message.ts";

/** A message's system attributes, as ReceiveMessage and Lambda's events name them. */
export function systemAttributes(message: Message): Record<string, string> {
  const attributes: Record<string, string | undefined> = {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    SenderId: message.senderId,
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? 0),
    SequenceNumber: message.sequenceNumber,
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
    AWSTraceHeader: message.traceHeader,
    DeadLetterQueueSourceArn: message.deadLetterSourceArn,
  };
  return Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** A message as ReceiveMessage gives it; only the attributes that were asked for. */
export function receivedMessage(
  message: Message,
  systemNames: readonly string[],
  attributeNames: readonly string[],
): Payload {
  const system = Object.entries(systemAttributes(message)).filter(
    ([name]) => systemNames.includes("All") || systemNames.includes(name),
  );
  const attributes: MessageAttributes = Object.fromEntries(
    Object.entries(message.attributes).filter(([name]) =>
      attributeNames.some((wanted) => wants(wanted, name)),
    ),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5(message.body),
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
    ...(Object.keys(attributes).length > 0 && {
      MessageAttributes: attributes,
      MD5OfMessageAttributes: md5OfAttributes(attributes),
    }),
  };
}

/** `All` and `.*` name all attributes, `prefix.*` those that begin so. */
function wants(wanted: string, name: string): boolean {
  if (wanted === "All" || wanted === ".*") return true;
  return wanted.endsWith(".*") ? name.startsWith(wanted.slice(0, -1)) : wanted === name;
}
