/**
 * The push queue: notifications for users who are not connected. It takes one message for each
 * browser and one for the topic, so that each is tried again by itself. None holds a text: that is
 * read when the message is sent.
 */
import { environment } from "../../kernel/runtime/environment.ts";
import { postpone, sendBatch } from "../queues/queues.ts";

export type Push = {
  readonly user_id: string;
  readonly notification_id: string;
} & (
  | { readonly push: "browser"; readonly subscription_id: string }
  /** To the SNS topic of all notifications. */
  | { readonly push: "topic" }
);

/** The fields that a message must have, by its destination. */
const fields: Record<Push["push"], readonly string[]> = {
  browser: ["user_id", "notification_id", "subscription_id"],
  topic: ["user_id", "notification_id"],
};

function isKind(kind: unknown): kind is Push["push"] {
  return typeof kind === "string" && Object.hasOwn(fields, kind);
}

/**
 * Reads a message of the queue. Throws if it is not a push, or of a kind that this version does not
 * know.
 */
export function parsePush(body: string): Push {
  const value: unknown = JSON.parse(body);
  const given = new Map(Object.entries(value instanceof Object ? value : {}));
  const kind = given.get("push");
  if (!isKind(kind)) throw new Error(`There is no push to ${JSON.stringify(kind)}.`);
  for (const field of fields[kind])
    if (typeof given.get(field) !== "string") throw new Error(`The push to a ${kind} lacks ${field}.`);
  // Safe: each required field was just checked.
  return value as Push;
}

/**
 * SQS takes ten a call.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
const batchSize = 10;

/** Puts pushes into the queue. Throws if it does not take all of them. */
export async function sendPushes(pushes: readonly Push[]): Promise<void> {
  for (let at = 0; at < pushes.length; at += batchSize) {
    const entries = pushes
      .slice(at, at + batchSize)
      .map((push, index) => ({ Id: String(index), MessageBody: JSON.stringify(push) }));
    const refused = await sendBatch(environment.pushQueueUrl, entries);
    if (refused.length > 0) throw new Error(`The push queue did not take ${refused.length} messages.`);
  }
}

/**
 * Makes SQS deliver a failed push again after `delay` seconds, instead of after the queue's
 * visibility timeout.
 */
export function postponePush(receiptHandle: string, delay: number): Promise<void> {
  return postpone(environment.pushQueueUrl, [{ receiptHandle, delay }]);
}
