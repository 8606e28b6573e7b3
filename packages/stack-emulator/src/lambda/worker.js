import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { shiftDate } from "./shift-date.js";

// The thread of one execution environment: imports the function once, then runs one invocation at a
// time. In JavaScript, as Node takes types out anew in each thread, which takes longer than
// starting the thread.

/**
 * @import { InvokeMessage, WorkerMessage, WorkerStart } from "./protocol.ts"
 * @typedef {(event: unknown, context: object) => unknown} Handler
 */

const port = parentPort;
if (!port) throw new Error("worker.js runs as a worker thread of the function host alone.");
/** @type {WorkerStart} */
const start = workerData;
const machineNow = shiftDate(start.sharedOffset);

/**
 * @param {unknown} value
 * @returns {value is Handler}
 */
function isHandler(value) {
  return typeof value === "function";
}

/** @param {WorkerMessage} message */
const report = (message) => port.postMessage(message);

/**
 * The latest invocation. Nothing is frozen: a text that is printed later belongs to it.
 * @type {string | undefined}
 */
let requestId;

// Texts go as messages, like results: through the thread's own streams they would arrive after the
// result that they explain.
for (const stream of /** @type {const} */ (["stdout", "stderr"])) {
  /**
   * @param {string | Uint8Array} chunk
   * @param {unknown[]} rest
   */
  const write = (chunk, ...rest) => {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    report({ kind: "log", stream, requestId, text });
    const written = rest.at(-1);
    if (typeof written === "function") written();
    return true;
  };
  process[stream].write = write;
}

// Lambda takes a `.js` file for CommonJS, unless a package.json beside it says otherwise. Here,
// Node would go on to look for one in the folders of the project that the template lies in.
if (start.file.endsWith(".js") && !existsSync(join(dirname(start.file), "package.json"))) {
  registerHooks({
    load: (url, context, next) =>
      url === pathToFileURL(start.file).href
        ? next(url, { ...context, format: "commonjs" })
        : next(url, context),
  });
}

try {
  /** @type {Record<string, unknown>} */
  const module = await import(pathToFileURL(start.file).href);
  const handler = module[start.exportName];
  if (!isHandler(handler)) {
    const message = `${start.exportName} is undefined or not exported`;
    report({ kind: "failed", errorType: "Runtime.HandlerNotFound", message });
  } else {
    port.on("message", (/** @type {InvokeMessage} */ invocation) => void run(handler, invocation));
    report({ kind: "ready" });
  }
} catch (error) {
  report({ kind: "failed", ...describe(error) });
}

/**
 * @param {Handler} handler
 * @param {InvokeMessage} invocation
 */
async function run(handler, invocation) {
  requestId = invocation.requestId;
  try {
    const result = await handler(JSON.parse(invocation.eventJson), createContext(invocation));
    report({
      kind: "result",
      requestId: invocation.requestId,
      resultJson: JSON.stringify(result) ?? "null",
    });
  } catch (error) {
    console.error(error);
    report({ kind: "error", requestId: invocation.requestId, ...describe(error) });
  }
}

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 * @param {InvokeMessage} invocation
 */
function createContext(invocation) {
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

/**
 * Returns the facts that a failed invocation reports:
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 * @param {unknown} error
 */
function describe(error) {
  if (error instanceof Error) return { errorType: error.name, message: error.message };
  return { errorType: typeof error, message: String(error) };
}
