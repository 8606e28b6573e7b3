/** What a piece of work cost, by the runner's meter (docs/local-runner.md): what was waited for, and what followed. */
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
  /** Calls of SQS by functions: sends. */
  readonly queued: number;
  /** Batches that a function was given from a queue. */
  readonly batches: number;
}

export interface Cost {
  /** Until the answer. */
  readonly request: Counts;
  /** By functions behind a queue or the table's stream. */
  readonly after: Counts;
  /** Of the request: what was read before the last write, and so before anybody was told of it. */
  readonly rruBeforeWrite: number;
  /** Of the request: how many calls of DynamoDB had to wait for another one. */
  readonly inSequence: number;
  readonly queries: number;
  /** Milliseconds until the answer, on this machine. */
  readonly ms: number;
}

type MeteredCounts = Omit<FullCounts, "cognito_calls">;
type MeteredCall = Pick<FullCall, "operation" | "service" | "action" | "rru" | "started_ms" | "ended_ms">;

/** As much of the runner's meter as the bench reads. */
export interface MeterReport {
  readonly operations: Readonly<Record<string, MeteredCounts>>;
  readonly calls: readonly MeteredCall[];
}

/** Event sources name what they invoke after their kind (packages/stack-emulator/src/event-sources/index.ts). */
function follows(operation: string): boolean {
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
  const toTable = calls.filter(({ service, operation }) => service === "dynamodb" && !follows(operation));
  return {
    request: sumOf(entries.filter(([name]) => !follows(name))),
    after: sumOf(entries.filter(([name]) => follows(name))),
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

/** How long a queue or a stream may stand still before it is at rest: that is a fault, such as a message that fails again and again. */
const restLimit = 120_000;

/** `output` is what the runner has printed: its end says what keeps it from coming to rest. */
export function createMeter(controlUrl: string, output: () => string) {
  // Safe: the shapes of the runner's own control API, which its own tests hold.
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> =>
    (await askControl(controlUrl, method, path, body)) as T;

  /** Waits until nothing is under way any more. */
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
   * What a piece of work cost, when all that it set off has come to rest; what it put off until later too, where it is
   * said by how many seconds.
   */
  const measure = async (work: () => Promise<unknown>, putOffSeconds = 0): Promise<Cost> => {
    await rest();
    await ask("POST", "/meter/reset");
    const began = performance.now();
    await work();
    const ms = performance.now() - began;
    await rest();
    if (putOffSeconds > 0) {
      await ask("POST", "/clock", { advance_ms: putOffSeconds * 1000 });
      await rest();
    }
    return costOf(await read(), ms);
  };

  /**
   * How many calls of a piece of work follow each other. The table answers late, so that calls that are free to run at
   * once never miss each other, however fast it is and however busy the machine.
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
