import { createHash } from "node:crypto";
import { isRecord } from "../proxy/types.ts";
import { invalidParameter, SqsError } from "./errors.ts";

interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64, as the JSON protocol carries it. */
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** A message in a queue; times in milliseconds since the epoch. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly senderId: string;
  readonly sentAt: number;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sequenceNumber: string | undefined;
  readonly traceHeader: string | undefined;
  /** The queue that gave it up to this one. */
  readonly deadLetterSourceArn: string | undefined;
  readonly receiveCount: number;
  readonly firstReceivedAt: number | undefined;
  /** When it can be received (again). */
  readonly visibleAt: number;
  /** The handle of the last receipt; undefined before the first. */
  readonly receiptHandle: string | undefined;
}

export const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/**
 * The digest of a message's attributes: names sorted, each part with its length in front, type 1
 * text, 2 bytes.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash("md5");
  const part = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    part(Buffer.from(name));
    part(Buffer.from(attribute.DataType));
    const binary = attribute.DataType.startsWith("Binary");
    hash.update(Buffer.from([binary ? 2 : 1]));
    part(
      binary ? Buffer.from(attribute.BinaryValue ?? "", "base64") : Buffer.from(attribute.StringValue ?? ""),
    );
  }
  return hash.digest("hex");
}

/**
 * Bytes that count towards the size limits: the body, and name, type and value of each attribute.
 */
export function messageSize(body: string, attributes: MessageAttributes): number {
  let size = Buffer.byteLength(body);
  for (const [name, { DataType, StringValue = "", BinaryValue = "" }] of Object.entries(attributes)) {
    const value = Buffer.byteLength(StringValue) + Buffer.byteLength(BinaryValue, "base64");
    size += Buffer.byteLength(name) + Buffer.byteLength(DataType) + value;
  }
  return size;
}

// The complement of #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
export function requireValidBody(body: string): void {
  if (body.length === 0) throw invalidParameter("The request must contain the parameter MessageBody.");
  if (forbidden.test(body)) {
    throw new SqsError(
      "InvalidMessageContents",
      "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
    );
  }
}

export function readAttributes(value: unknown): MessageAttributes {
  if (value === undefined) return {};
  if (!isRecord(value)) throw invalidParameter("MessageAttributes must be a map.");
  const entries = Object.entries(value);
  if (entries.length > 10)
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`,
    );
  return Object.fromEntries(entries.map(([name, attribute]) => [name, readAttribute(name, attribute)]));
}

function readAttribute(name: string, value: unknown): MessageAttribute {
  const { DataType, StringValue, BinaryValue } = isRecord(value) ? value : {};
  if (typeof DataType !== "string" || !/^(String|Number|Binary)(\.|$)/.test(DataType)) {
    throw invalidParameter(
      `The type of message (user) attribute '${name}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  }
  if (DataType.startsWith("Binary")) {
    if (typeof BinaryValue === "string" && BinaryValue !== "") return { DataType, BinaryValue };
  } else if (typeof StringValue === "string" && StringValue !== "") {
    return { DataType, StringValue };
  }
  throw invalidParameter(
    `The message attribute '${name}' with type '${DataType}' must use field ${DataType.startsWith("Binary") ? "Binary" : "String"}.`,
  );
}
