import { randomUUID } from "node:crypto";
import { Worker } from "node:worker_threads";
import type { FunctionDefinition } from "./definition.ts";
import { createAccessKeyId, createEnvironment } from "./environment.ts";
import type { InvokeMessage, WorkerMessage, WorkerStart } from "./protocol.ts";
import { FunctionError, type FunctionLog } from "./types.ts";

/** One invocation on its way: what to run, and whom to tell. */
export interface Invocation {
  readonly requestId: string;
  /** The id that API Gateway gave to the request, which its client knows. */
  readonly gatewayRequestId: string | undefined;
  readonly operation: string | undefined;
  readonly eventJson: string;
  resolve(result: unknown): void;
  reject(error: FunctionError): void;
}

/** A worker with one copy of a function in it; it runs one invocation at a time. */
export interface ExecutionEnvironment {
  readonly accessKeyId: string;
  /**
   * The invocation that runs, or the last one: nothing is frozen, so what comes later still belongs
   * to it.
   */
  readonly latest: Invocation | undefined;
  run(invocation: Invocation): void;
  /** Ends it at once; a running invocation rejects with `reason`. */
  end(reason: FunctionError): Promise<void>;
}

interface ExecutionEnvironmentEvents {
  /** It can take an invocation: for the first time, or again. */
  idle(): void;
  /** It is gone; `beforeReady` holds why it never got to its first invocation. */
  ended(beforeReady: FunctionError | undefined): void;
  log(entry: Omit<FunctionLog, "functionLogicalId">): void;
}

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB each for request
// and response
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

export function startExecutionEnvironment(
  definition: FunctionDefinition,
  endpoints: Readonly<Record<string, string>>,
  sharedOffset: SharedArrayBuffer,
  events: ExecutionEnvironmentEvents,
): ExecutionEnvironment {
  const accessKeyId = createAccessKeyId();
  const logStream = `[$LATEST]${randomUUID().replaceAll("-", "")}`;
  const workerData: WorkerStart = { file: definition.file, exportName: definition.exportName, sharedOffset };
  const worker = new Worker(new URL("./worker.js", import.meta.url), {
    workerData,
    env: createEnvironment(definition, accessKeyId, logStream, endpoints),
    // Stacks are mapped to the sources when they are printed: to load the maps takes every worker
    // 50 ms and 15 MB.
    execArgv: ["--no-enable-source-maps"],
  });

  let running: Invocation | undefined;
  let latest: Invocation | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isReady = false;
  let isEnded = false;

  const log = (text: string, isError: boolean, requestId = latest?.requestId) =>
    events.log({
      requestId,
      gatewayRequestId: requestId === latest?.requestId ? latest?.gatewayRequestId : undefined,
      isError,
      text,
    });

  const finish = (): Invocation | undefined => {
    const finished = running;
    running = undefined;
    clearTimeout(timer);
    return finished;
  };

  const end = async (reason: FunctionError) => {
    if (isEnded) return;
    isEnded = true;
    finish()?.reject(reason);
    events.ended(isReady ? undefined : reason);
    await worker.terminate();
  };

  worker.on("message", (message: WorkerMessage) => {
    if (message.kind === "log") log(message.text.trimEnd(), message.stream === "stderr", message.requestId);
    if (isEnded) return;
    if (message.kind === "ready") {
      isReady = true;
      events.idle();
    } else if (message.kind === "failed") {
      void end(new FunctionError("unhandled", message.errorType, message.message));
    } else if (message.kind !== "log" && message.requestId === running?.requestId) {
      const invocation = finish();
      if (message.kind === "error") {
        invocation?.reject(new FunctionError("unhandled", message.errorType, message.message));
      } else if (Buffer.byteLength(message.resultJson) > MAX_PAYLOAD_BYTES) {
        invocation?.reject(new FunctionError("unhandled", "Function.ResponseSizeTooLarge", responseTooLarge));
      } else {
        invocation?.resolve(JSON.parse(message.resultJson));
      }
      events.idle();
    }
  });
  // An uncaught exception ends the thread, as it ends Lambda's process.
  worker.on("error", (error: unknown) => {
    const errorType = error instanceof Error ? error.name : "Error";
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log(text, true);
    void end(new FunctionError("unhandled", errorType, error instanceof Error ? error.message : text));
  });
  worker.on("exit", (code) => {
    const message = `RequestId: ${running?.requestId} Error: Runtime exited with error: exit status ${code}`;
    void end(new FunctionError("crash", "Runtime.ExitError", message));
  });

  return {
    accessKeyId,
    get latest() {
      return latest;
    },
    run(invocation) {
      running = invocation;
      latest = invocation;
      const timeoutMs = definition.timeoutSeconds * 1000;
      const { requestId } = invocation;
      timer = setTimeout(() => {
        const message = `RequestId: ${requestId} Error: Task timed out after ${definition.timeoutSeconds.toFixed(2)} seconds`;
        log(message, true);
        void end(new FunctionError("timeout", "Sandbox.Timedout", message));
      }, timeoutMs);
      const message: InvokeMessage = {
        requestId,
        eventJson: invocation.eventJson,
        functionName: definition.name,
        functionArn: definition.arn,
        memoryMb: definition.memoryMb,
        logStream,
        deadline: Date.now() + timeoutMs,
      };
      worker.postMessage(message);
    },
    end,
  };
}

const responseTooLarge = `Response payload size exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`;

/** An event above this is refused with RequestTooLargeException (413) before any worker sees it. */
export function isEventTooLarge(eventJson: string): boolean {
  // A character takes at most 3 bytes, so most events need no count.
  return eventJson.length * 3 > MAX_PAYLOAD_BYTES && Buffer.byteLength(eventJson) > MAX_PAYLOAD_BYTES;
}
