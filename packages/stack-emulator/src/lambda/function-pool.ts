import type { FunctionDefinition } from "./definition.ts";
import {
  type ExecutionEnvironment,
  type Invocation,
  startExecutionEnvironment,
} from "./execution-environment.ts";
import { FunctionError } from "./types.ts";

export interface FunctionPool {
  invoke(invocation: Invocation): void;
  /** Starts a first worker, so that the first caller does not wait for the import. */
  prewarm(): void;
  close(): Promise<void>;
}

interface FunctionPoolOptions {
  readonly definition: FunctionDefinition;
  readonly endpoints: Readonly<Record<string, string>>;
  readonly sharedOffset: SharedArrayBuffer;
  readonly concurrency: number;
  readonly log: (line: string) => void;
  readonly started: (environment: ExecutionEnvironment) => void;
}

/** More at once would only slow each other's import down. */
const MAX_STARTING = 2;

/**
 * The workers of one function. Invocations queue; a free worker takes the first, the one that was used last first, as
 * its caches are warm. Workers are added while more wait than start, up to the cap, and then stay.
 */
export function createFunctionPool(options: FunctionPoolOptions): FunctionPool {
  const queue: Invocation[] = [];
  const idle: ExecutionEnvironment[] = [];
  const all = new Set<ExecutionEnvironment>();
  const starting = new Set<ExecutionEnvironment>();
  let isClosed = false;

  const dispatch = () => {
    while (idle.length > 0) {
      const invocation = queue.shift();
      if (!invocation) return;
      idle.pop()?.run(invocation);
    }
    const wanted = Math.min(queue.length, MAX_STARTING) - starting.size;
    for (let count = 0; count < wanted && all.size < options.concurrency; count++) start();
  };

  const start = () => {
    const environment: ExecutionEnvironment = startExecutionEnvironment(
      options.definition,
      options.endpoints,
      options.sharedOffset,
      {
        log: options.log,
        idle: () => {
          starting.delete(environment);
          idle.push(environment);
          dispatch();
        },
        ended: (beforeReady) => {
          all.delete(environment);
          starting.delete(environment);
          const index = idle.indexOf(environment);
          if (index >= 0) idle.splice(index, 1);
          if (isClosed) return;
          if (beforeReady) {
            options.log(`could not start: ${beforeReady.errorType}: ${beforeReady.message}`);
            // It was started for the one that has waited longest. Without this a broken bundle would start for ever.
            queue.shift()?.reject(beforeReady);
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
      queue.push(invocation);
      dispatch();
    },
    prewarm() {
      if (all.size === 0) start();
    },
    async close() {
      isClosed = true;
      for (const invocation of queue.splice(0)) invocation.reject(stopped());
      await Promise.all([...all].map((environment) => environment.end(stopped())));
    },
  };
}

function stopped(): FunctionError {
  return new FunctionError("crash", "Runtime.ExitError", "The emulator is stopping.");
}
