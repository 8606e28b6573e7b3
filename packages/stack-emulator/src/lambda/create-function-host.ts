import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { longestTimerMs, type SharedClock } from "../clock.ts";
import { shortFunctionName } from "../proxy/function-names.ts";
import { recordOf, textOf } from "../template/read.ts";
import type { ResolvedStack, Template } from "../template/types.ts";
import { createDebugCopy } from "./debug-copy.ts";
import { type FunctionDefinition, readFunctions } from "./definition.ts";
import { type ExecutionEnvironment, isEventTooLarge } from "./execution-environment.ts";
import { createFunctionPool, type FunctionPool } from "./function-pool.ts";
import { type Caller, FunctionError, type FunctionHost, type FunctionLog } from "./types.ts";

interface FunctionHostOptions {
  readonly template: Template;
  readonly stack: ResolvedStack;
  /**
   * Variables that lead the SDK to the local endpoints; `{AWS_ACCESS_KEY_ID}` in one stands for the
   * worker's own.
   */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly clock: SharedClock;
  /** At most so many workers a function. */
  readonly concurrency: number;
  /**
   * Runs copies of the code in this folder, with source maps for a debugger and without time
   * limits.
   */
  readonly debug?: { readonly folder: string; readonly sourceRoot: string | undefined } | undefined;
  /** Takes the texts that functions print. */
  readonly log: (entry: FunctionLog) => void;
  /**
   * Told of every invocation when it is accepted, with the id of API Gateway's request behind it.
   */
  readonly onInvoke?: (caller: Caller, gatewayRequestId: string | undefined) => void;
}

export interface OwnedFunctionHost extends FunctionHost {
  /** How many invocations wait or run. */
  readonly underWay: number;
  /**
   * Runs the module `file` in place of a function's code, from the next invocation on. `name` may
   * be a short name.
   */
  replaceCode(name: string, file: string): void;
  /** Starts a first worker of every function that is an ES module. */
  prewarm(): void;
  close(): Promise<void>;
}

export function createFunctionHost(options: FunctionHostOptions): OwnedFunctionHost {
  const definitions = new Map(
    [...readFunctions(options.template, options.stack)].map(([functionLogicalId, definition]) => [
      functionLogicalId,
      options.debug ? debugged(definition, options.debug) : definition,
    ]),
  );
  const pools = new Map<string, FunctionPool>();
  // Never forgotten: a URL that a worker has signed is good for longer than the worker lives.
  const environments = new Map<string, { functionLogicalId: string; environment: ExecutionEnvironment }>();
  for (const [functionLogicalId, definition] of definitions) {
    const pool = createFunctionPool({
      definition,
      endpoints: options.endpoints,
      sharedOffset: options.clock.sharedOffset,
      concurrency: options.concurrency,
      log: options.log,
      started: (environment) => environments.set(environment.accessKeyId, { functionLogicalId, environment }),
    });
    pools.set(functionLogicalId, pool);
  }
  let underWay = 0;
  const roleOf = (functionLogicalId: string) => definitions.get(functionLogicalId)?.roleLogicalId ?? "";

  return {
    get underWay() {
      return underWay;
    },
    invoke(functionLogicalId, event, meta) {
      const pool = pools.get(functionLogicalId);
      if (!pool) return Promise.reject(new Error(`The template holds no function ${functionLogicalId}.`));
      const eventJson = JSON.stringify(event);
      if (isEventTooLarge(eventJson)) {
        const message = "The event is larger than 6 MB, which is what Lambda takes.";
        return Promise.reject(new FunctionError("unhandled", "RequestTooLargeException", message));
      }
      const requestId = randomUUID();
      const gatewayRequestId = gatewayRequestIdOf(event);
      const operation = meta?.operation;
      const roleLogicalId = roleOf(functionLogicalId);
      options.onInvoke?.({ functionLogicalId, roleLogicalId, requestId, operation }, gatewayRequestId);
      underWay += 1;
      return new Promise((resolve, reject) => {
        pool.invoke({ requestId, gatewayRequestId, operation, eventJson, resolve, reject });
      }).finally(() => {
        underWay -= 1;
      });
    },
    crash(accessKeyId) {
      const found = environments.get(accessKeyId);
      const message = `RequestId: ${found?.environment.latest?.requestId} Error: Runtime exited with error: signal: killed`;
      void found?.environment.end(new FunctionError("crash", "Runtime.ExitError", message));
    },
    caller(accessKeyId) {
      const found = environments.get(accessKeyId);
      if (!found) return undefined;
      const { functionLogicalId, environment } = found;
      return {
        functionLogicalId,
        roleLogicalId: roleOf(functionLogicalId),
        requestId: environment.latest?.requestId ?? "",
        operation: environment.latest?.operation,
      };
    },
    prewarm() {
      for (const [functionLogicalId, pool] of pools) {
        // The CDK's own functions, which serve a deployment and are never invoked here, are
        // CommonJS.
        if (definitions.get(functionLogicalId)?.file.endsWith(".mjs")) pool.prewarm();
      }
    },
    replaceCode(name, file) {
      const found = [...pools].find(
        ([functionLogicalId]) => functionLogicalId === name || shortFunctionName(functionLogicalId) === name,
      );
      if (!found) throw new Error(`The template holds no function ${name}.`);
      found[1].replaceCode(file);
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

function debugged(
  definition: FunctionDefinition,
  { folder, sourceRoot }: NonNullable<FunctionHostOptions["debug"]>,
): FunctionDefinition {
  const { logicalId, file } = definition;
  const copy = existsSync(file) ? createDebugCopy(file, join(folder, logicalId), sourceRoot) : file;
  return { ...definition, file: copy, timeoutSeconds: longestTimerMs / 1000 };
}

/** The id that API Gateway gives to a request is in the events that it makes; others have none. */
function gatewayRequestIdOf(event: unknown): string | undefined {
  return textOf(recordOf(recordOf(event).requestContext).requestId);
}
