import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { InvokeMessage, WorkerMessage, WorkerStart } from "./protocol.ts";
import { shiftDate } from "./shift-date.ts";

// The thread of one execution environment: imports the function once, then runs one invocation at a time.

const port = parentPort;
if (!port) throw new Error("worker.ts runs as a worker thread of the function host alone.");
const start: WorkerStart = workerData;
const machineNow = shiftDate(start.sharedOffset);

type Handler = (event: unknown, context: object) => unknown;

function isHandler(value: unknown): value is Handler {
  return typeof value === "function";
}

const report = (message: WorkerMessage) => port.postMessage(message);

try {
  const module: Record<string, unknown> = await import(pathToFileURL(start.file).href);
  const handler = module[start.exportName];
  if (!isHandler(handler)) {
    const message = `${start.exportName} is undefined or not exported`;
    report({ kind: "failed", errorType: "Runtime.HandlerNotFound", message });
  } else {
    port.on("message", (invocation: InvokeMessage) => void run(handler, invocation));
    report({ kind: "ready" });
  }
} catch (error) {
  report({ kind: "failed", ...describe(error) });
}

async function run(handler: Handler, invocation: InvokeMessage): Promise<void> {
  const { requestId } = invocation;
  try {
    const result = await handler(JSON.parse(invocation.eventJson), createContext(invocation));
    report({ kind: "result", requestId, resultJson: JSON.stringify(result) ?? "null" });
  } catch (error) {
    console.error(error);
    report({ kind: "error", requestId, ...describe(error) });
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function createContext(invocation: InvokeMessage): object {
  return {
    functionName: invocation.functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: invocation.functionArn,
    memoryLimitInMB: String(invocation.memoryMb),
    awsRequestId: invocation.requestId,
    logGroupName: `/aws/lambda/${invocation.functionName}`,
    logStreamName: invocation.logStream,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, invocation.deadline - machineNow()),
  };
}

/** What a failed invocation reports: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
function describe(error: unknown): { errorType: string; message: string } {
  if (error instanceof Error) return { errorType: error.name, message: error.message };
  return { errorType: typeof error, message: String(error) };
}
