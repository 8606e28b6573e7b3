import { isRecord, type Payload } from "../proxy/types.ts";

/**
 * A batch of which only the first half is done: the request to send, and what its answer reports as
 * left.
 */
interface HalfBatch {
  readonly request: Payload;
  readonly left: Readonly<Record<string, unknown>>;
  readonly leftField: "UnprocessedKeys" | "UnprocessedItems";
}

/**
 * Divides a batch as DynamoDB does under load: the rest comes back as unprocessed, and at least one
 * item always does.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html#Programming.Errors.BatchOperations
 */
export function halveBatch(action: string, payload: Payload): HalfBatch | undefined {
  const isRead = action === "BatchGetItem";
  if ((!isRead && action !== "BatchWriteItem") || !isRecord(payload.RequestItems)) return undefined;
  const now: Record<string, unknown> = {};
  const left: Record<string, unknown> = {};
  let taken = 0;
  const entries = Object.entries(payload.RequestItems);
  const total = entries.reduce((sum, [, request]) => sum + itemsOf(request).length, 0);
  const quota = Math.floor(total / 2);
  for (const [table, request] of entries) {
    const items = itemsOf(request);
    const first = items.slice(0, quota - taken);
    const rest = items.slice(first.length);
    taken += first.length;
    if (first.length > 0) now[table] = withItems(request, first);
    if (rest.length > 0) left[table] = withItems(request, rest);
  }
  return {
    request: { ...payload, RequestItems: now },
    left,
    leftField: isRead ? "UnprocessedKeys" : "UnprocessedItems",
  };
}

function itemsOf(request: unknown): readonly unknown[] {
  if (Array.isArray(request)) return request;
  return isRecord(request) && Array.isArray(request.Keys) ? request.Keys : [];
}

function withItems(request: unknown, items: readonly unknown[]): unknown {
  return isRecord(request) ? { ...request, Keys: items } : items;
}
