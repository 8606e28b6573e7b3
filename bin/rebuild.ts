/** `npm run rebuild`: rebuilds an index while chat goes on, and shows how far it is. docs/operations.md tells when. */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { CommandError, openPlace, placeOptions, placeUsage, runCommand } from "./place.ts";
import { describe } from "./rebuild/describe.ts";
import { invokeRebuild } from "./rebuild/invoke.ts";

const usage = `npm run rebuild -- [options]

  Shows the indexes, and how far the last rebuild of each is. With --index it rebuilds one, and shows how far it is until
  it has ended; ended by Ctrl-C, the rebuild goes on.

  --index NAME           rebuild this index, or join the rebuild of it that is under way
${placeUsage}
  --help                 print this`;

/** `--index` without a name becomes an empty one, for which the names are told: parseArgs knows none. */
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

/** Milliseconds before the second look, and at most between two: a small table is done at once. */
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
  if (started.begun === false) console.log("A rebuild of it is under way already: this is that one.");
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
