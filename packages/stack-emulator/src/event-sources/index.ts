import { setMaxListeners } from "node:events";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import type { FunctionHost } from "../lambda/types.ts";
import type { Sqs } from "../sqs/index.ts";
import type { Log } from "../store.ts";
import { numberOf } from "../template/read.ts";
import type { ResolvedStack } from "../template/types.ts";
import { type Discarded, failureRecord } from "./failure-record.ts";
import { type Mapping, type QueueMapping, readMappings, type StreamMapping } from "./mapping.ts";
import { requirePermissions } from "./permissions.ts";
import { startQueueSource } from "./queue-source.ts";
import { createSignal } from "./signal.ts";
import { createStreamApi } from "./stream-api.ts";
import { type Source, startStreamSource } from "./stream-source.ts";

export interface EventSourceOptions {
  readonly stack: ResolvedStack;
  readonly functions: FunctionHost;
  /**
   * The address of DynamoDB Local itself, not of the proxy: `http://127.0.0.1:<port>`. Undefined if
   * the template has no table.
   */
  readonly dynamoEndpoint: string | undefined;
  readonly sqs: Sqs;
  readonly clock: Clock;
  readonly region: string;
  readonly dataDir: string;
  /** Neither go on with what was read of the streams, nor keep it. */
  readonly fresh: boolean;
  readonly log: Log;
  /**
   * Returns whether a function's role permits an action. If it is given, mappings without the
   * grants that they need are refused.
   */
  readonly mayCall?: (functionLogicalId: string, action: string, resource: string) => boolean;
}

export interface EventSources {
  /**
   * Reads the streams at once. The caller calls it after each write to a table, because idle
   * polling alone takes up to 2 s.
   */
  wake(): void;
  /**
   * Returns a phrase for each source that still has something to deliver. Delayed messages do not
   * count.
   */
  waitingFor(): string[];
  /**
   * Waits for invocations under way. The next run delivers what they leave undone. The caller
   * closes this before SQS.
   */
  close(): Promise<void>;
}

/** Serves the template's event source mappings. Resolves when all of them listen. */
export async function startEventSources(options: EventSourceOptions): Promise<EventSources> {
  const { stack, sqs, clock } = options;
  const mappings = readMappings(stack);
  requirePermissions(mappings, options.mayCall);
  const api = options.dynamoEndpoint === undefined ? undefined : createStreamApi(options.dynamoEndpoint);
  const closing = new AbortController();
  const { signal } = closing;
  // One or more for each mapping: their number is no leak.
  setMaxListeners(0, signal);
  const clockMoved = createSignal();
  clock.onAdvance(clockMoved.raise);
  signal.addEventListener("abort", clockMoved.raise);
  const shared = { region: options.region, log: options.log, signal };
  const invoke = (mapping: Mapping) => (event: unknown) =>
    options.functions.invoke(mapping.functionLogicalId, event, {
      operation: `${mapping.kind} ${mapping.functionLogicalId}`,
    });

  const startStream = (mapping: StreamMapping): Source => {
    const { failureQueueArn } = mapping;
    if (!api) throw new Error(`${mapping.logicalId}: the template has no table, so it has no stream.`);
    if (failureQueueArn !== undefined && sqs.queueByArn(failureQueueArn) === undefined) {
      throw new Error(
        `${mapping.logicalId}: its on-failure destination ${failureQueueArn} is no queue of this template.`,
      );
    }
    return startStreamSource({
      ...shared,
      mapping,
      api,
      clock,
      checkpointFile: options.fresh
        ? undefined
        : join(options.dataDir, "events", `${mapping.logicalId}.json`),
      invoke: invoke(mapping),
      discard: (discarded) => sendFailure(mapping, discarded, options),
      now: clock.now,
      pause: (ms) => clockMoved.wait(ms),
    });
  };
  const startQueue = (mapping: QueueMapping): Source => {
    const endpoint = sqs.queueByArn(mapping.sourceArn);
    if (endpoint === undefined)
      throw new Error(`${mapping.logicalId}: ${mapping.sourceArn} is no queue of this template.`);
    requireVisibility(mapping, endpoint.queue.config.visibilityTimeoutMs, stack);
    return startQueueSource({ ...shared, mapping, endpoint, invoke: invoke(mapping) });
  };

  const sources: Source[] = [];
  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.all(sources.map((source) => source.ended()));
    api?.close();
  };
  try {
    for (const mapping of mappings)
      sources.push(mapping.kind === "stream" ? startStream(mapping) : startQueue(mapping));
    await Promise.all(sources.map((source) => source.ready));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    wake() {
      for (const source of sources) source.wake();
    },
    waitingFor: () => sources.flatMap((source) => source.waitingFor() ?? []),
    close,
  };
}

function sendFailure(mapping: StreamMapping, discarded: Discarded, { sqs, clock }: EventSourceOptions): void {
  const endpoint =
    mapping.failureQueueArn === undefined ? undefined : sqs.queueByArn(mapping.failureQueueArn);
  endpoint?.queue.send({
    body: JSON.stringify(failureRecord(mapping, discarded, clock.now())),
    attributes: {},
    senderId: mapping.functionLogicalId,
    groupId: undefined,
    deduplicationId: undefined,
    traceHeader: undefined,
    delayMs: undefined,
  });
}

/**
 * Refuses a queue with messages that would show up again while the function still works on them, as
 * Lambda does.
 */
function requireVisibility(mapping: QueueMapping, visibilityTimeoutMs: number, stack: ResolvedStack): void {
  const timeout = numberOf(stack.resources.get(mapping.functionLogicalId)?.Properties.Timeout) ?? 3;
  if (visibilityTimeoutMs >= timeout * 1000) return;
  throw new Error(
    `${mapping.logicalId}: Queue visibility timeout: ${visibilityTimeoutMs / 1000} seconds is less than Function timeout: ${timeout} seconds. ` +
      "Lambda refuses such a mapping; AWS advises six times the function's timeout.",
  );
}
