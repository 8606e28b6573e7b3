/** `npm run redrive`: shows dead letters, and puts them back. docs/operations.md tells when. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { QueueName } from "../lib/functions.ts";
import { countDeadLetters, listDeadLetters, redrive } from "./redrive/dead-letters.ts";
import { openRunner, openStack, type Place, RedriveError } from "./redrive/place.ts";

const usage = `npm run redrive -- [options]

  Shows what is in the dead-letter queues of the local runner in .parley. Nothing is changed without --run.

  --run                  put it back: tasks, pages and pushes into their queues, changes that Lambda gave up as tasks
  --queue NAME           one of the queues alone: work, delivery or push
  --stack NAME           a deployed stack, such as Parley, with the credentials and the region of the environment
  --data DIR             the folder of the local runner (.parley)
  --ready-file FILE      the file that the local runner wrote with --ready-file
  --help                 print this`;

/** How many of a queue's dead letters are listed. */
const listLimit = 100;

const readFlags = () => {
  try {
    return parseArgs({
      options: {
        run: { type: "boolean" },
        queue: { type: "string" },
        stack: { type: "string" },
        data: { type: "string" },
        "ready-file": { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new RedriveError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
};

const queueNames: readonly QueueName[] = ["work", "delivery", "push"];

const queuesOf = (name: string | undefined): readonly QueueName[] => {
  if (name === undefined) return queueNames;
  const queue = queueNames.find((known) => known === name);
  if (!queue) throw new RedriveError(`--queue takes work, delivery or push, and got ${name}.`);
  return [queue];
};

const lettersOf = (count: number): string => `${count} dead letter${count === 1 ? "" : "s"}`;

/** Gives the number of dead letters. */
const show = async (place: Place, name: QueueName): Promise<number> => {
  const count = await countDeadLetters(place, place.queues[name]);
  console.log(`${name}: ${lettersOf(count)}`);
  if (count === 0) return 0;
  const lines = await listDeadLetters(place, place.queues[name], listLimit);
  console.log(lines.map((line) => `  ${line}`).join("\n"));
  if (lines.length < count) console.log(`  ... of ${count}, as many as SQS gives out at once`);
  return count;
};

/** Gives the number of dead letters that could not be put back. */
const run = async (place: Place, name: QueueName): Promise<number> => {
  const count = await countDeadLetters(place, place.queues[name]);
  const { done, lost } = await redrive(place, place.queues[name], count, (sofar) =>
    console.log(`${name}: ${sofar} of ${count}`),
  );
  console.log(`${name}: ${lettersOf(done)} put back`);
  if (lost.length > 0)
    console.error(
      `${name}: lost, because a stream keeps changes for 24 hours alone; docs/operations.md tells what to do about it:\n${lost
        .map((line) => `  ${line}`)
        .join("\n")}`,
    );
  return lost.length;
};

try {
  const flags = readFlags();
  if (flags.help) console.log(usage);
  else {
    const queues = queuesOf(flags.queue);
    const place =
      flags.stack === undefined
        ? await openRunner(flags["ready-file"] ?? join(flags.data ?? ".parley", "ready.json"))
        : await openStack(flags.stack);
    console.log(`Dead letters of ${place.name}`);
    let left = 0;
    for (const name of queues) left += await (flags.run ? run : show)(place, name);
    if (flags.run) process.exitCode = left > 0 ? 1 : 0;
    else if (left > 0) console.log("Nothing was changed: add --run to put them back.");
  }
} catch (error) {
  if (!(error instanceof RedriveError)) throw error;
  // What is wrong with a command needs no stack trace.
  console.error(error.message);
  process.exitCode = 1;
}
