import { type BatchResult, readBatchResponse } from "./batch-response.ts";
import type { Discarded } from "./failure-record.ts";
import type { StreamMapping } from "./mapping.ts";
import type { StreamRecord } from "./stream-record.ts";

export interface DeliveryContext {
  readonly mapping: StreamMapping;
  readonly shardId: string;
  /** Invokes the function with `{Records}`. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  readonly discard: (discarded: Discarded) => void;
  /** The clock's time. */
  readonly now: () => number;
  /** Waits before a retry; ends early when the clock moves or the emulator closes. */
  readonly pause: (ms: number) => Promise<void>;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

interface Work {
  readonly records: readonly StreamRecord[];
  /** Invocations with these records (or more) that failed. */
  readonly failures: number;
  readonly retries: number;
  readonly functionError: boolean;
}

/**
 * Delivers a batch until each of its records was taken or given up. Returns false if the emulator
 * closed before. A failed batch is retried whole, or in halves if the mapping bisects: a split
 * costs no retry. A reported failure keeps the records before its lowest sequence number. The
 * records from there on begin again, with their own retries.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export async function deliverBatch(
  records: readonly StreamRecord[],
  context: DeliveryContext,
): Promise<boolean> {
  const { mapping } = context;
  const pending: Work[] = [{ records, failures: 0, retries: 0, functionError: false }];
  for (let work = pending.shift(); work !== undefined; work = pending.shift()) {
    if (context.signal.aborted) return false;
    const live = dropExpired(work, context);
    if (live.records.length === 0) continue;
    const result = await invokeOnce(live.records, context);
    if (result.kind === "success") continue;
    if (context.signal.aborted) return false;

    const { kept, functionError } = result;
    if (kept > 0) {
      pending.unshift({ records: live.records.slice(kept), failures: 0, retries: 0, functionError });
      continue;
    }
    const failures = live.failures + 1;
    if (mapping.bisects && live.records.length > 1) {
      const half = Math.ceil(live.records.length / 2);
      const { retries } = live;
      pending.unshift(
        { records: live.records.slice(0, half), failures, retries, functionError },
        { records: live.records.slice(half), failures, retries, functionError },
      );
      continue;
    }
    if (live.retries >= mapping.maximumRetries) {
      giveUp({ ...live, failures, functionError }, "RetryAttemptsExhausted", context);
      continue;
    }
    pending.unshift({ ...live, failures, retries: live.retries + 1, functionError });
    await context.pause(retryDelay(live.retries));
  }
  return true;
}

/**
 * Lambda's own delays are not published. These keep tests quick, and keep a broken function from
 * spinning.
 */
const retryDelay = (retries: number): number => Math.min(5000, 100 * 2 ** Math.min(retries, 10));

type Outcome =
  | { readonly kind: "success" }
  /** `kept` records at the front need no retry. */
  | { readonly kind: "failed"; readonly kept: number; readonly functionError: boolean };

async function invokeOnce(records: readonly StreamRecord[], context: DeliveryContext): Promise<Outcome> {
  const { mapping, log } = context;
  const identifiers = records.map((record) => record.dynamodb.SequenceNumber);
  let result: BatchResult;
  try {
    const response = await context.invoke({ Records: records });
    if (!mapping.reportsFailures) return { kind: "success" };
    result = readBatchResponse(response, identifiers);
  } catch (error) {
    log(
      `${mapping.logicalId}: ${mapping.functionLogicalId} failed on ${records.length} records: ${textOf(error)}`,
    );
    return { kind: "failed", kept: 0, functionError: true };
  }
  if (result.kind === "success") return result;
  if (result.kind === "failure") {
    log(`${mapping.logicalId}: the whole batch of ${records.length} counts as failed: ${result.reason}`);
    return { kind: "failed", kept: 0, functionError: false };
  }
  const { failed } = result;
  return {
    kind: "failed",
    kept: identifiers.findIndex((identifier) => failed.has(identifier)),
    functionError: false,
  };
}

/** Gives up the records at the front that have become too old. */
function dropExpired(work: Work, context: DeliveryContext): Work {
  const oldest = context.now() - context.mapping.maximumAgeMs;
  const index = work.records.findIndex(
    ({ dynamodb }) => dynamodb.ApproximateCreationDateTime * 1000 > oldest,
  );
  const count = index < 0 ? work.records.length : index;
  if (count === 0) return work;
  giveUp({ ...work, records: work.records.slice(0, count) }, "RecordAgeExceeded", context);
  return { ...work, records: work.records.slice(count) };
}

function giveUp(
  work: Work,
  condition: Discarded["condition"],
  { shardId, mapping, discard, log }: DeliveryContext,
): void {
  const { records, failures, functionError } = work;
  log(`${mapping.logicalId}: gave up ${records.length} records after ${failures} invocations (${condition})`);
  discard({ records, condition, invocations: failures, functionError, shardId });
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
