/** `npm run bench` measures the budgets; its `usage` describes it. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { withBench } from "./bench.ts";
import { measureBudgets } from "./budgets.ts";
import { measureBundles } from "./bundles.ts";
import { measureCosts } from "./costs/measure.ts";
import { measureConnections } from "./curves/connections.ts";
import { measureHistory } from "./curves/history.ts";
import { measureRoomSizes } from "./curves/room-size.ts";
import { measureRoomsPerUser } from "./curves/rooms-per-user.ts";
import { say, secondsPassed } from "./progress.ts";
import { isKept, type Row, rowText } from "./row.ts";
import { fullHistory, measureIndexing, measureSearches } from "./search.ts";
import { type Table, tableText } from "./table.ts";

const curves = ["history", "rooms-per-user", "connections", "room-size"] as const;
const parts = ["budgets", "search", "bundles", ...curves] as const;
type Part = (typeof parts)[number];

const usage = `npm run bench -- [options]

Prints each budget as measured, the curves behind them, and what a million messages cost. Fails
when a budget is broken. The whole takes about half an hour. It says on stderr what it is at.

  --only PART     measure one part: budgets, search, bundles, curves, or one of the curves:
                  ${curves.join(", ")}
  --quick         stop short of the ends of the curves
  --others N      the number of other connections while a budget is measured
                  (10000, or 500 with --quick)
  --json FILE     write everything that was measured there
  --help          print this`;

function fail(text: string): never {
  console.error(text);
  process.exit(1);
}

function readFlags() {
  try {
    return parseArgs({
      options: {
        json: { type: "string" },
        others: { type: "string" },
        only: { type: "string" },
        quick: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

const values = readFlags();
if (values.help) {
  console.log(usage);
  process.exit(0);
}

function isChosen(part: Part): boolean {
  if (values.only === undefined || values.only === part) return true;
  return values.only === "curves" && curves.some((curve) => curve === part);
}

const chosen = parts.filter(isChosen);
if (chosen.length === 0) fail(`--only takes one of ${[...parts, "curves"].join(", ")}, not ${values.only}.`);
const full = !values.quick;
const others = Number(values.others ?? (full ? 10_000 : 500));
if (!Number.isInteger(others) || others < 0)
  fail(`--others takes a number of connections, not ${values.others}.`);

/** Returns whether a part is measured, and says so as it begins. */
function does(part: Part): boolean {
  const place = chosen.indexOf(part) + 1;
  if (place > 0) say(`${part}: part ${place} of ${chosen.length}`);
  return place > 0;
}

const rows: Row[] = [];
const tables: Table[] = [];
function report(row: Row): void {
  rows.push(row);
  console.log(rowText(row));
}
function print(...measured: Table[]): void {
  tables.push(...measured);
  for (const table of measured) console.log(tableText(table));
}

if (does("budgets")) {
  await withBench((bench) => measureBudgets(bench, { others, history: full ? 100_000 : 10_000 }, report));
}
if (does("search")) {
  await withBench(async (bench) => {
    await measureSearches(bench, [1000, full ? fullHistory : 5000], report);
    print(await measureIndexing(bench));
  });
}
if (does("bundles")) {
  for (const row of await measureBundles()) report(row);
}
if (does("history")) {
  const lengths = full ? [1, 100, 10_000, 100_000] : [1, 100, 10_000];
  print(await withBench((bench) => measureHistory(bench, lengths)));
}
if (does("rooms-per-user"))
  print(await withBench((bench) => measureRoomsPerUser(bench, full ? [1, 10, 100, 1000] : [1, 10, 100])));
if (does("connections"))
  print(await withBench((bench) => measureConnections(bench, full ? [0, 100, 1000, 10_000] : [0, 100])));
if (does("room-size"))
  await withBench(async (bench) => {
    const costs = measureCosts(bench);
    const sizes = full ? [2, 10, 50, 200, 1000, 5000, 10_000] : [2, 10, 50, 200, 1000];
    const connected = full ? [0, 2, 10, 20, 100, 200, 500, 1000] : [0, 2, 10, 20, 100, 200];
    print(...(await measureRoomSizes(bench, { sizes, connected }, costs.measure)));
    print(...costs.tables());
  });

const took = secondsPassed();
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify(
      {
        seconds: took,
        budgets: rows.map((row) => ({ ...row, kept: isKept(row) })),
        tables: Object.fromEntries(tables.map(({ name, lines }) => [name, lines])),
      },
      null,
      2,
    )}\n`,
  );
const broken = rows.filter((row) => !isKept(row));
if (rows.length > 0)
  console.log(`\n${rows.length - broken.length} of ${rows.length} budgets are kept. It took ${took} s.`);
process.exitCode = broken.length === 0 ? 0 : 1;
