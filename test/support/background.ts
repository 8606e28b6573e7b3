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

/** Asks again and again until it is so. */
export const until = async (isSo: () => Promise<boolean>, what: string): Promise<void> => {
  const deadline = Date.now() + limit;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`It did not come to this within ${limit} ms: ${what}.`);
    await sleep(50);
  }
};

/** Waits until the stream is read and nothing runs. What waits in a queue for its time does not count. */
export const untilQuiet = async (): Promise<void> => {
  await until(async () => {
    const { waiting_for: waiting } = await readIdle();
    const counts = await Promise.all([countMessages("TasksQueueUrl"), countMessages("PushQueueUrl")]);
    return (
      counts.every(({ visible }) => visible === 0) && waiting.every((what) => what.includes(" messages of "))
    );
  }, "nothing runs");
};

/** Lets so many seconds pass, once nothing runs, and waits until what was due then is done. */
export const afterSeconds = async (seconds: number): Promise<void> => {
  await untilQuiet();
  await advanceClock(seconds * 1000);
  await untilQuiet();
};

/** Has the tasks queue do a task, and waits until that is done. */
export const doTask = async (task: object): Promise<void> => {
  await operatorSqs().send(
    new SendMessageCommand({ QueueUrl: queueUrl("TasksQueueUrl"), MessageBody: JSON.stringify(task) }),
  );
  await untilQuiet();
};

/** Has a change of the table followed by the tasks queue, as one that failed is, and waits until that is done. */
export const followAgain = (record: object): Promise<void> =>
  doTask({ task: "process_change", record, error: "It was to be followed again." });

/** The longest pause before a task is tried again, and more. */
const longestPause = 330;

/** Lets time pass until there are so many dead letters. */
export const untilDeadLetters = (output: QueueOutput, count: number): Promise<void> =>
  until(async () => {
    if ((await countMessages(output)).visible >= count) return true;
    await afterSeconds(longestPause);
    return false;
  }, `${count} messages in ${output}`);

/** Empties all queues: what a test has left there must not meet the next one. */
export const emptyQueues = async (): Promise<void> => {
  const outputs: readonly QueueOutput[] = [
    "DeliveryQueueUrl",
    "DeliveryDeadLettersUrl",
    "TasksQueueUrl",
    "TasksDeadLettersUrl",
    "PushQueueUrl",
    "PushDeadLettersUrl",
  ];
  for (const output of outputs)
    await operatorSqs().send(new PurgeQueueCommand({ QueueUrl: queueUrl(output) }));
};

/** What a command prints, and how it ends. */
interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs one of an operator's commands against the runner of this test. */
const runCommand = async (file: string, args: readonly string[]): Promise<Ended> => {
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
};

/** Runs `npm run redrive`. */
export const redrive = (...args: string[]): Promise<Ended> => runCommand("bin/redrive.ts", args);

/** Runs `npm run rebuild`. */
export const rebuild = (...args: string[]): Promise<Ended> => runCommand("bin/rebuild.ts", args);
