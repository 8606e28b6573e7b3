import { shortFunctionName } from "./function-names.ts";
import type { ServiceName } from "./types.ts";

export interface Counts {
  invocations: number;
  dynamodb_calls: number;
  rru: number;
  wru: number;
  posts: number;
  s3_calls: number;
  cognito_calls: number;
  sqs_calls: number;
}

/**
 * One call of a function to a service. `started_ms` and `ended_ms` are milliseconds of one
 * monotonic clock.
 */
export interface MeteredCall {
  readonly at: string;
  readonly operation: string;
  readonly function: string;
  readonly request_id: string;
  readonly service: ServiceName;
  readonly action: string;
  /**
   * `pk/sk` of the first item that it touches, or the object, connection, queue or user; null when
   * there is none.
   */
  readonly key: string | null;
  readonly rru: number;
  readonly wru: number;
  readonly status: number;
  readonly started_ms: number;
  readonly ended_ms: number;
}

export interface MeterReport {
  readonly operations: Readonly<Record<string, Counts>>;
  readonly functions: Readonly<Record<string, Counts>>;
  /** The latest calls, oldest first. */
  readonly calls: readonly MeteredCall[];
}

export interface Meter {
  /** Counts an invocation of a function; `operation` is its label. */
  invoked(functionLogicalId: string, operation: string | undefined): void;
  record(call: MeteredCall): void;
  /**
   * The request units that an invocation has consumed, as far as its calls are among the latest.
   */
  unitsOf(requestId: string): Pick<Counts, "rru" | "wru">;
  report(): MeterReport;
  reset(): void;
}

const keptCalls = 1000;

/** The name of calls without an operation. */
export const noOperation = "(none)";

export function createMeter(): Meter {
  const operations = new Map<string, Counts>();
  const functions = new Map<string, Counts>();
  let calls: MeteredCall[] = [];
  return {
    invoked(functionLogicalId, operation) {
      countsOf(operations, operation ?? noOperation).invocations++;
      countsOf(functions, shortFunctionName(functionLogicalId)).invocations++;
    },
    record(call) {
      add(countsOf(operations, call.operation), call);
      add(countsOf(functions, call.function), call);
      calls.push(call);
      // Cut rarely: moving a thousand entries for every call would cost more than the call's own
      // share.
      if (calls.length >= 2 * keptCalls) calls = calls.slice(-keptCalls);
    },
    unitsOf(requestId) {
      const units = { rru: 0, wru: 0 };
      for (const { request_id, rru, wru } of calls) {
        if (request_id !== requestId) continue;
        units.rru += rru;
        units.wru += wru;
      }
      return units;
    },
    report: () => ({
      operations: copy(operations),
      functions: copy(functions),
      calls: calls.slice(-keptCalls),
    }),
    reset() {
      operations.clear();
      functions.clear();
      calls = [];
    },
  };
}

function add(counts: Counts, { service, action, rru, wru }: MeteredCall): void {
  counts.rru += rru;
  counts.wru += wru;
  if (service === "dynamodb") counts.dynamodb_calls++;
  else if (service === "s3") counts.s3_calls++;
  else if (service === "cognito-idp") counts.cognito_calls++;
  else if (service === "sqs") counts.sqs_calls++;
  else if (action === "PostToConnection") counts.posts++;
}

function countsOf(all: Map<string, Counts>, name: string): Counts {
  const known = all.get(name);
  if (known) return known;
  const counts: Counts = {
    invocations: 0,
    dynamodb_calls: 0,
    rru: 0,
    wru: 0,
    posts: 0,
    s3_calls: 0,
    cognito_calls: 0,
    sqs_calls: 0,
  };
  all.set(name, counts);
  return counts;
}

function copy(all: ReadonlyMap<string, Counts>): Record<string, Counts> {
  return Object.fromEntries([...all].map(([name, counts]) => [name, { ...counts }]));
}
