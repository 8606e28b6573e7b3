import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PurgeQueueCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { advanceClock, readIdle } from "./control.ts";
import { countMessages, operatorSqs, type QueueOutput, queueUrl } from "./operator.ts";
import { target } from "./target.ts";

const limit = 30_000;
/** Milliseconds between two questions, at first and at most: a question itself slows the answer. */
const firstPause = 20;
const lastPause = 200;

/**
 * Asks until the condition holds, every 20 ms at first, later up to every 200 ms. Throws an Error
 * that names `what` after 30 seconds.
 */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + limit;
  for (let pause = firstPause; !(await holds()); pause = Math.min(pause * 1.5, lastPause)) {
    if (Date.now() > deadline) throw new Error(`This did not hold within ${limit} ms: ${what}.`);
    await sleep(pause);
  }
}

/**
 * Waits until the stream is read and no function runs. Messages that a queue holds back for later
 * do not count. The queues are asked only if the runner is not idle: it alone knows of pages that
 * are to be delivered again.
 */
export async function untilQuiet(): Promise<void> {
  await until(async () => {
    const { idle, waiting_for: waiting } = await readIdle();
    if (idle) return true;
    if (!waiting.every((what) => what.includes(" messages of "))) return false;
    const counts = await Promise.all([countMessages("TasksQueueUrl"), countMessages("PushQueueUrl")]);
    return counts.every(({ visible }) => visible === 0);
  }, "nothing runs");
}

/** Advances the clock by `seconds` once nothing runs, and waits until what became due is done. */
export async function afterSeconds(seconds: number): Promise<void> {
  await untilQuiet();
  if (seconds === 0) return;
  await advanceClock(seconds * 1000);
  await untilQuiet();
}

/** Sends a task to the tasks queue, and waits until it is done. */
export async function doTask(task: object): Promise<void> {
  await operatorSqs().send(
    new SendMessageCommand({ QueueUrl: queueUrl("TasksQueueUrl"), MessageBody: JSON.stringify(task) }),
  );
  await untilQuiet();
}

/**
 * Processes a change of the table once more, as the tasks queue does after a failure, and waits
 * until that is done.
 */
export function processAgain(record: object): Promise<void> {
  return doTask({ task: "process_change", record, error: "It was to be processed again." });
}

/** Seconds that are longer than the longest pause before a task is tried again. */
const longestPause = 330;

/** Advances the clock until a queue holds `count` dead letters. */
export function untilDeadLetters(output: QueueOutput, count: number): Promise<void> {
  return until(async () => {
    if ((await countMessages(output)).visible >= count) return true;
    await afterSeconds(longestPause);
    return false;
  }, `${count} messages in ${output}`);
}

/** Empties all queues, so that the next test meets no message of this one. */
export async function emptyQueues(): Promise<void> {
  const outputs: readonly QueueOutput[] = [
    "DeliveryQueueUrl",
    "DeliveryDeadLettersUrl",
    "TasksQueueUrl",
    "TasksDeadLettersUrl",
    "PushQueueUrl",
    "PushDeadLettersUrl",
  ];
  await Promise.all(
    outputs.map((output) => operatorSqs().send(new PurgeQueueCommand({ QueueUrl: queueUrl(output) }))),
  );
}

/** The output of a command, and its exit code. */
interface CommandResult {
  readonly code: number | null;
  readonly output: string;
}

/** Runs one of an operator's commands against the runner of this test. */
async function runCommand(file: string, args: readonly string[]): Promise<CommandResult> {
  const folder = mkdtempSync(join(tmpdir(), "parley-redrive-"));
  const readyFile = join(folder, "ready.json");
  writeFileSync(readyFile, JSON.stringify(target()));
  const child = spawn(process.execPath, [file, "--ready-file", readyFile, ...args]);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const code = await new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
  });
  rmSync(folder, { recursive: true });
  return { code, output };
}

/** Runs `npm run redrive`. */
export function redrive(...args: string[]): Promise<CommandResult> {
  return runCommand("bin/redrive.ts", args);
}

/** Runs `npm run rebuild`. */
export function rebuild(...args: string[]): Promise<CommandResult> {
  return runCommand("bin/rebuild.ts", args);
}
