/**
 * `npm run rebuild`: rebuilds an index while chat goes on, and shows its progress.
 * docs/operations.md tells when to use it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { CommandError, openPlace, placeOptions, placeUsage, runCommand } from "./place.ts";
import { describe } from "./rebuild/describe.ts";
import { invokeRebuild } from "./rebuild/invoke.ts";

const usage = `npm run rebuild -- [options]

  Shows the indexes and the progress of the last rebuild of each. With --index it rebuilds one, and shows the progress until
  it has ended. After Ctrl-C the rebuild goes on.

  --index NAME           rebuild this index, or join the rebuild of it that is in progress
${placeUsage}
  --help                 print this`;

/**
 * The arguments. `--index` without a name gets an empty name, and the command then lists the names:
 * `parseArgs` has no optional values.
 */
const args = process.argv
  .slice(2)
  .map((arg, at, all) => (arg === "--index" && (all[at + 1] ?? "-").startsWith("-") ? "--index=" : arg));

function readFlags() {
  try {
    return parseArgs({
      args,
      options: {
        index: { type: "string" },
        ...placeOptions,
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

/**
 * Milliseconds until the second look, and the longest pause between two looks: a small table is
 * done within the first.
 */
const [firstPause, longestPause] = [250, 4000];

await runCommand(async () => {
  const flags = readFlags();
  if (flags.help) {
    console.log(usage);
    return;
  }
  const place = await openPlace(flags);
  const { rebuilds } = await invokeRebuild(place);
  console.log(`Indexes of ${place.name}`);
  const { index } = flags;
  if (index === undefined) {
    for (const report of rebuilds) console.log(describe(report));
    return;
  }
  if (!rebuilds.some((report) => report.index === index)) {
    const wrong = index === "" ? "--index needs the name of an index" : `There is no index ${index}`;
    throw new CommandError(`${wrong}: there are ${rebuilds.map((report) => report.index).join(", ")}.`);
  }
  const started = await invokeRebuild(place, index);
  if (started.begun === false)
    console.log("A rebuild of this index is already in progress: this is its state.");
  let shown = "";
  let pause = firstPause;
  let [report] = started.rebuilds;
  while (report) {
    const line = describe(report);
    if (line !== shown) console.log(line);
    shown = line;
    if (report.ended) break;
    await sleep(pause);
    pause = Math.min(longestPause, pause * 2);
    report = (await invokeRebuild(place)).rebuilds.find((one) => one.index === index);
  }
});
