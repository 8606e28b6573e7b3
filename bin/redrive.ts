/**
 * `npm run redrive`: shows dead letters and puts them back. docs/operations.md tells when to use
 * it.
 */
import { parseArgs } from "node:util";
import type { QueueName } from "../lib/functions.ts";
import { CommandError, openPlace, placeOptions, placeUsage, runCommand } from "./place.ts";
import { countDeadLetters, listDeadLetters, redrive } from "./redrive/dead-letters.ts";
import { type Queues, queuesAt } from "./redrive/queues.ts";

const usage = `npm run redrive -- [options]

  Shows the dead letters of the local runner in .parley. Without --run it changes nothing.

  --run                  put them back: tasks, pages and pushes into their queues; changes that Lambda gave up, as tasks
  --queue NAME           only this queue: tasks, delivery or push
${placeUsage}
  --help                 print this`;

/** The largest number of dead letters of a queue to list. */
const listLimit = 100;

function readFlags() {
  try {
    return parseArgs({
      options: {
        run: { type: "boolean" },
        queue: { type: "string" },
        ...placeOptions,
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

const queueNames: readonly QueueName[] = ["tasks", "delivery", "push"];

function queuesOf(name: string | undefined): readonly QueueName[] {
  if (name === undefined) return queueNames;
  const queue = queueNames.find((known) => known === name);
  if (!queue) throw new CommandError(`--queue takes tasks, delivery or push, and got ${name}.`);
  return [queue];
}

function lettersOf(count: number): string {
  return `${count} dead letter${count === 1 ? "" : "s"}`;
}

/** Shows the dead letters of a queue, and returns their number. */
async function show(place: Queues, name: QueueName): Promise<number> {
  const count = await countDeadLetters(place, place.queues[name]);
  console.log(`${name}: ${lettersOf(count)}`);
  if (count === 0) return 0;
  const lines = await listDeadLetters(place, place.queues[name], listLimit);
  console.log(lines.map((line) => `  ${line}`).join("\n"));
  if (lines.length < count) console.log(`  ... of ${count}: SQS returns no more at a time`);
  return count;
}

/** Puts the dead letters of a queue back, and returns the number that could not be put back. */
async function run(place: Queues, name: QueueName): Promise<number> {
  const count = await countDeadLetters(place, place.queues[name]);
  const { done, lost } = await redrive(place, place.queues[name], count, (sofar) =>
    console.log(`${name}: ${sofar} of ${count}`),
  );
  console.log(`${name}: ${lettersOf(done)} put back`);
  if (lost.length > 0)
    console.error(
      `${name}: lost, because a stream keeps changes for only 24 hours; docs/operations.md tells what to do about it:\n${lost
        .map((line) => `  ${line}`)
        .join("\n")}`,
    );
  return lost.length;
}

await runCommand(async () => {
  const flags = readFlags();
  if (flags.help) {
    console.log(usage);
    return;
  }
  const names = queuesOf(flags.queue);
  const place = await openPlace(flags);
  const queues = queuesAt(place);
  console.log(`Dead letters of ${place.name}`);
  let left = 0;
  for (const name of names) left += await (flags.run ? run : show)(queues, name);
  if (flags.run) process.exitCode = left > 0 ? 1 : 0;
  else if (left > 0) console.log("Nothing was changed: add --run to put them back.");
});
