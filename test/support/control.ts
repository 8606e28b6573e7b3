import { setTimeout as sleep } from "node:timers/promises";
import { askControl } from "./ask-control.ts";
import { target } from "./target.ts";

/** A fault in a call of a function to a service: see docs/local-runner.md. */
export interface FaultSpec {
  readonly kind: "throttle" | "delay" | "lose" | "crash" | "unprocessed";
  readonly service: "dynamodb" | "s3" | "cognito-idp" | "execute-api" | "sqs" | "sns";
  readonly action?: string;
  readonly pk?: string;
  readonly sk?: string;
  readonly function?: string;
  readonly nth?: number;
  readonly times?: number;
  readonly probability?: number;
  readonly seed?: number;
  readonly delay_ms?: number;
}

export interface Counts {
  readonly invocations: number;
  readonly dynamodb_calls: number;
  readonly rru: number;
  readonly wru: number;
  readonly posts: number;
  readonly cognito_calls: number;
  readonly sqs_calls: number;
}

export interface MeteredCall {
  readonly operation: string;
  readonly function: string;
  readonly request_id: string;
  readonly service: string;
  readonly action: string;
  readonly key: string | null;
  readonly rru: number;
  readonly wru: number;
  readonly started_ms: number;
  readonly ended_ms: number;
}

export interface MeterReport {
  readonly operations: Readonly<Record<string, Counts>>;
  readonly calls: readonly MeteredCall[];
}

function ask(method: string, path: string, body?: unknown): Promise<unknown> {
  return askControl(target().controlUrl, method, path, body);
}

/**
 * Makes a call fail. If the fault names no function, this waits until earlier work has ended: the
 * fault must hit the work that follows.
 */
export async function injectFault(fault: FaultSpec): Promise<void> {
  if (fault.function === undefined) await untilSettled();
  await ask("POST", "/faults", fault);
}
// Each `as` is safe: the shapes of the runner's own control API, which its own tests hold.
export async function listFaults(): Promise<readonly { hits: number }[]> {
  return (await ask("GET", "/faults")) as readonly { hits: number }[];
}
export async function clearFaults(): Promise<void> {
  await ask("DELETE", "/faults");
}
export async function advanceClock(milliseconds: number): Promise<void> {
  await ask("POST", "/clock", { advance_ms: milliseconds });
}
/** Returns the e-mails that the pool would have sent, oldest first. */
export async function readMail(): Promise<readonly { to: string; kind: string; code: string }[]> {
  return (await ask("GET", "/mail")) as readonly { to: string; kind: string; code: string }[];
}
/** Returns the messages that were published to topics, oldest first. */
export async function readPublished(): Promise<
  readonly {
    readonly topic_arn: string;
    readonly message: string;
    readonly attributes: Readonly<Record<string, { readonly value: string }>>;
  }[]
> {
  return (await ask("GET", "/published")) as Awaited<ReturnType<typeof readPublished>>;
}
/** Returns whether nothing runs or waits to be delivered, and what does, in words. */
export async function readIdle(): Promise<{ idle: boolean; waiting_for: readonly string[] }> {
  return (await ask("GET", "/idle")) as { idle: boolean; waiting_for: readonly string[] };
}
export async function resetMeter(): Promise<void> {
  await ask("POST", "/meter/reset");
}
export async function readMeter(): Promise<MeterReport> {
  return (await ask("GET", "/meter")) as MeterReport;
}

/** Milliseconds that the consequences of earlier work may take. */
const settlingTime = 10_000;

/**
 * Waits until nothing runs, the stream is read and the queues hold only delayed messages; at most
 * 10 seconds.
 */
async function untilSettled(): Promise<void> {
  const deadline = Date.now() + settlingTime;
  while (Date.now() < deadline) {
    if ((await readIdle()).idle) return;
    await sleep(20);
  }
}

/**
 * Returns the cost of a piece of work, by operation, with its calls. The work behind the table's
 * stream counts as far as it was done by the end of the piece.
 */
export async function meteredWithStream(work: () => Promise<unknown>): Promise<MeterReport> {
  await untilSettled();
  await resetMeter();
  await work();
  return readMeter();
}

/**
 * Returns the cost of a piece of work without the work behind the table's stream, which may or may
 * not have begun.
 */
export async function metered(work: () => Promise<unknown>): Promise<MeterReport> {
  const { operations, calls } = await meteredWithStream(work);
  const isAskedFor = (operation: string): boolean => !operation.startsWith("stream ");
  return {
    operations: Object.fromEntries(Object.entries(operations).filter(([name]) => isAskedFor(name))),
    calls: calls.filter(({ operation }) => isAskedFor(operation)),
  };
}
