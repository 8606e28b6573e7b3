import type { FunctionDefinition } from "./definition.ts";
import {
  type ExecutionEnvironment,
  type Invocation,
  startExecutionEnvironment,
} from "./execution-environment.ts";
import { FunctionError, type FunctionLog } from "./types.ts";

export interface FunctionPool {
  invoke(invocation: Invocation): void;
  /** Starts a first worker, so that the first caller does not wait for the import. */
  prewarm(): void;
  /**
   * Runs the module `file` from the next invocation on. Invocations under way end in the code that
   * they began in.
   */
  replaceCode(file: string): void;
  close(): Promise<void>;
}

interface FunctionPoolOptions {
  readonly definition: FunctionDefinition;
  readonly endpoints: Readonly<Record<string, string>>;
  readonly sharedOffset: SharedArrayBuffer;
  readonly concurrency: number;
  readonly log: (entry: FunctionLog) => void;
  readonly started: (environment: ExecutionEnvironment) => void;
}

/** More at once would only slow each other's import down. */
const MAX_STARTING = 2;

/**
 * Milliseconds that an invocation waits for a busy worker before another worker starts. A start
 * takes more processor time than ten invocations, and a new worker runs its first ones without
 * compiled code.
 */
const PATIENCE_MS = 50;

/**
 * The workers of one function. Invocations queue, and a free worker takes the first of them. Among
 * free workers it is the one that was used last, because its caches are warm. Workers are added, up
 * to the cap, while more invocations have waited too long than workers are starting. Then they
 * stay.
 */
export function createFunctionPool(options: FunctionPoolOptions): FunctionPool {
  const functionLogicalId = options.definition.logicalId;
  const queue: { readonly invocation: Invocation; readonly since: number }[] = [];
  const idle: ExecutionEnvironment[] = [];
  const all = new Set<ExecutionEnvironment>();
  const starting = new Set<ExecutionEnvironment>();
  let definition = options.definition;
  let look: NodeJS.Timeout | undefined;
  let isClosed = false;

  const dispatch = () => {
    while (idle.length > 0) {
      const next = queue.shift();
      if (!next) return;
      idle.pop()?.run(next.invocation);
    }
    if (queue.length === 0) return;
    const latest = performance.now() - PATIENCE_MS;
    // Without any worker there is none to wait for.
    const overdue = all.size === 0 ? 1 : queue.filter(({ since }) => since <= latest).length;
    const wanted = Math.min(overdue, MAX_STARTING) - starting.size;
    for (let count = 0; count < wanted && all.size < options.concurrency; count++) start();
    const patient = queue.find(({ since }) => since > latest);
    if (patient && starting.size < MAX_STARTING) lookAgainIn(patient.since - latest);
  };

  const lookAgainIn = (ms: number) => {
    look ??= setTimeout(() => {
      look = undefined;
      dispatch();
    }, Math.ceil(ms));
  };

  const start = () => {
    const of = definition;
    const environment: ExecutionEnvironment = startExecutionEnvironment(
      of,
      options.endpoints,
      options.sharedOffset,
      {
        log: (entry) => options.log({ ...entry, functionLogicalId }),
        idle: () => {
          starting.delete(environment);
          if (of !== definition) return void environment.end(replaced());
          idle.push(environment);
          dispatch();
        },
        ended: (beforeReady) => {
          all.delete(environment);
          starting.delete(environment);
          const index = idle.indexOf(environment);
          if (index >= 0) idle.splice(index, 1);
          if (isClosed) return;
          if (beforeReady && of === definition) {
            options.log({
              functionLogicalId,
              requestId: undefined,
              gatewayRequestId: undefined,
              isError: true,
              text: `could not start: ${beforeReady.errorType}: ${beforeReady.message}`,
            });
            // The worker was started for the invocation that has waited longest. Without this a
            // broken bundle would start for ever.
            queue.shift()?.invocation.reject(beforeReady);
          }
          dispatch();
        },
      },
    );
    all.add(environment);
    starting.add(environment);
    options.started(environment);
  };

  return {
    invoke(invocation) {
      if (isClosed) {
        invocation.reject(stopped());
        return;
      }
      queue.push({ invocation, since: performance.now() });
      dispatch();
    },
    prewarm() {
      if (all.size === 0) start();
    },
    replaceCode(file) {
      definition = { ...definition, file };
      for (const environment of idle.splice(0)) void environment.end(replaced());
      start();
    },
    async close() {
      isClosed = true;
      clearTimeout(look);
      for (const { invocation } of queue.splice(0)) invocation.reject(stopped());
      await Promise.all([...all].map((environment) => environment.end(stopped())));
    },
  };
}

function stopped(): FunctionError {
  return new FunctionError("crash", "Runtime.ExitError", "The emulator is stopping.");
}

function replaced(): FunctionError {
  return new FunctionError("crash", "Runtime.ExitError", "The function's code was replaced.");
}
