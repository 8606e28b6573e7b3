import type { Message } from "@aws-sdk/client-sqs";
import { failureOf } from "./failure.ts";

function ageOf(sentAt: string | undefined): string {
  const minutes = Math.max(0, (Date.now() - Number(sentAt)) / 60_000);
  if (minutes < 120) return `${minutes.toFixed(0)} min`;
  return minutes < 48 * 60 ? `${(minutes / 60).toFixed(0)} h` : `${(minutes / 60 / 24).toFixed(0)} days`;
}

/** Names, ids and reasons. The text of a message, which images and pages hold, is never shown. */
const shownFields = ["task", "push", "room_id", "user_id", "notification_id", "index", "id", "error"];

function contentOf(body: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return "no JSON";
  }
  const failure = failureOf(value);
  if (failure)
    return `${failure.size} changes made from ${failure.from} to ${failure.to}, ${failure.condition} after ${failure.invocations} invocations`;
  const fields = new Map(Object.entries(value instanceof Object ? value : {}));
  const record = fields.get("record");
  const keys =
    record instanceof Object ? Reflect.get(Reflect.get(record, "dynamodb") ?? {}, "Keys") : undefined;
  const parts = shownFields.flatMap((name) =>
    typeof fields.get(name) === "string"
      ? [name === "task" ? fields.get(name) : `${name} ${fields.get(name)}`]
      : [],
  );
  if (keys !== undefined) parts.push(`key ${JSON.stringify(keys)}`);
  const users = fields.get("user_ids");
  if (Array.isArray(users)) parts.push(`${users.length} users`);
  return parts.length > 0 ? parts.join(", ") : "of an unknown kind";
}

/** Returns a dead letter in one line. The function's log has its id where it failed. */
export function describe({ MessageId, Attributes, Body }: Message): string {
  return `${ageOf(Attributes?.SentTimestamp).padStart(7)}  ${MessageId}  ${contentOf(Body ?? "")}`;
}
