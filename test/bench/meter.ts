/**
 * Measures the cost of some work by the runner's meter (docs/local-runner.md): the request, and the
 * work behind it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { askControl } from "../support/ask-control.ts";
import { callsInSequence, lateAnswer } from "../support/calls-in-sequence.ts";
import type { MeteredCall as FullCall, Counts as FullCounts } from "../support/control.ts";

export interface Counts {
  readonly invocations: number;
  /** Calls of DynamoDB. */
  readonly calls: number;
  readonly rru: number;
  readonly wru: number;
  /** Posts to connections. */
  readonly posts: number;
  /** Calls of SQS by functions, each of which sends messages. */
  readonly queued: number;
  /** Batches of a queue that functions were called with. */
  readonly batches: number;
}

export interface Cost {
  /** The counts until the answer. */
  readonly request: Counts;
  /** The counts of functions behind a queue or the table's stream. */
  readonly after: Counts;
  /** Read units of the request before its last write, and so before its event is published. */
  readonly rruBeforeWrite: number;
  /** The longest chain of DynamoDB calls of the request that had to wait for each other. */
  readonly inSequence: number;
  readonly queries: number;
  /** Milliseconds until the answer, on this machine. */
  readonly ms: number;
}

type MeteredCounts = Omit<FullCounts, "cognito_calls">;
type MeteredCall = Pick<FullCall, "operation" | "service" | "action" | "rru" | "started_ms" | "ended_ms">;

/** The parts of the runner's meter that the bench reads. */
export interface MeterReport {
  readonly operations: Readonly<Record<string, MeteredCounts>>;
  readonly calls: readonly MeteredCall[];
}

/**
 * Returns whether a queue or the stream called the function. Event sources begin their names with
 * their kind (packages/stack-emulator/src/event-sources/index.ts).
 */
function isBehind(operation: string): boolean {
  return /^(queue|stream) /.test(operation);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function sumOf(operations: readonly (readonly [string, MeteredCounts])[]): Counts {
  const sum = (what: keyof MeteredCounts): number =>
    round(operations.reduce((total, [, counts]) => total + counts[what], 0));
  return {
    invocations: sum("invocations"),
    calls: sum("dynamodb_calls"),
    rru: sum("rru"),
    wru: sum("wru"),
    posts: sum("posts"),
    queued: sum("sqs_calls"),
    batches: operations.reduce(
      (total, [name, { invocations }]) => total + (name.startsWith("queue ") ? invocations : 0),
      0,
    ),
  };
}

export function costOf({ operations, calls }: MeterReport, ms: number): Cost {
  const entries = Object.entries(operations);
  const toTable = calls.filter(({ service, operation }) => service === "dynamodb" && !isBehind(operation));
  return {
    request: sumOf(entries.filter(([name]) => !isBehind(name))),
    after: sumOf(entries.filter(([name]) => isBehind(name))),
    rruBeforeWrite: round(
      toTable
        .slice(0, toTable.findLastIndex((call) => call.action === "UpdateItem") + 1)
        .reduce((total, call) => total + call.rru, 0),
    ),
    inSequence: callsInSequence(toTable),
    queries: toTable.filter((call) => call.action === "Query").length,
    ms: Math.round(ms),
  };
}

/**
 * Milliseconds without progress after which waiting for a queue or a stream fails: such as for a
 * message that fails again and again.
 */
const restLimit = 120_000;

/**
 * Makes a meter. `output` returns what the runner has printed: its end shows why it does not come
 * to rest.
 */
export function createMeter(controlUrl: string, output: () => string) {
  // Safe: the shapes of the runner's own control API, which its own tests hold.
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
    (await askControl(controlUrl, method, path, body)) as T;

  /** Waits until nothing is under way. */
  const rest = async (): Promise<void> => {
    let left = "";
    let movedAt = Date.now();
    for (;;) {
      const { idle, waiting_for } = await ask<{ idle: boolean; waiting_for: string[] }>("GET", "/idle");
      if (idle) return;
      // A long history that was just seeded takes the stream minutes.
      if (left !== waiting_for.join(", ")) [left, movedAt] = [waiting_for.join(", "), Date.now()];
      if (Date.now() > movedAt + restLimit)
        throw new Error(
          `For ${restLimit / 1000} s nothing was done of this: ${left}.\n${output().slice(-2000)}`,
        );
      await sleep(20);
    }
  };

  const read = (): Promise<MeterReport> => ask("GET", "/meter");

  /**
   * Returns the cost of some work, once all work behind it has ended. With `delaySeconds`, advances
   * the clock by them, so that postponed work counts, too.
   */
  const measure = async (work: () => Promise<unknown>, delaySeconds = 0): Promise<Cost> => {
    await rest();
    await ask("POST", "/meter/reset");
    const began = performance.now();
    await work();
    const ms = performance.now() - began;
    await rest();
    if (delaySeconds > 0) {
      await ask("POST", "/clock", { advance_ms: delaySeconds * 1000 });
      await rest();
    }
    return costOf(await read(), ms);
  };

  /**
   * Returns the longest chain of calls of some work that wait for each other. The table answers
   * late, so that concurrent calls always overlap, however fast they are and however busy the
   * machine.
   */
  const measureSequence = async (work: () => Promise<unknown>): Promise<number> => {
    await rest();
    await ask("POST", "/faults", { kind: "delay", service: "dynamodb", times: 0, delay_ms: lateAnswer });
    try {
      return (await measure(work)).inSequence;
    } finally {
      await ask("DELETE", "/faults");
    }
  };

  return { rest, read, measure, measureSequence };
}
