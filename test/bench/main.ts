/**
 * `npm run bench`: prints each budget as measured, and fails if one is broken. `-- --json FILE` writes the rows too;
 * `--others N` sets how many other users are connected (1,000); `--only bundles` or `--only budgets` does one half.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { startRunnerProcess } from "../support/runner-process.ts";
import { measureBudgets } from "./budgets.ts";
import { measureBundles } from "./bundles.ts";
import { createClient } from "./client.ts";
import { isKept, printRow, type Row } from "./row.ts";

const { values } = parseArgs({
  options: {
    json: { type: "string" },
    others: { type: "string", default: "1000" },
    only: { type: "string" },
  },
});

const rows: Row[] = [];
const report = (row: Row): void => {
  rows.push(row);
  printRow(row);
};

if (values.only !== "bundles") {
  const runner = await startRunnerProcess(
    ...["--fresh", "--quiet", "-c", "rateLimitPerSecond=1000", "-c", "rateLimitBurst=10000"],
  );
  try {
    await measureBudgets(createClient(runner.ready), Number(values.others), report);
  } finally {
    await runner.stop();
  }
}
if (values.only !== "budgets") for (const row of measureBundles()) report(row);

if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify(
      rows.map((row) => ({ name: row.name, ...row.measured, limit: row.limits, kept: isKept(row) })),
      null,
      2,
    )}\n`,
  );
const broken = rows.filter((row) => !isKept(row));
console.log(`\n${rows.length - broken.length} of ${rows.length} budgets are kept.`);
process.exitCode = broken.length === 0 ? 0 : 1;
