import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { watchSources } from "../../local/watch.ts";

let root: string;
/** The code that the functions `one` and `two` got, in order. */
const replaced: { name: string; code: string }[] = [];
const printed: string[] = [];

function write(file: string, source: string): void {
  writeFileSync(join(root, file), source);
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "parley-watch-"));
  for (const folder of ["functions", "contract"]) mkdirSync(join(root, folder));
  write("contract/common.ts", `export const greeting: string = "hello";`);
  for (const name of ["one", "two"])
    write(
      `functions/${name}.ts`,
      `import { greeting } from "../contract/common.ts"; export const handler = () => greeting + " of ${name}";`,
    );
  const watch = watchSources(
    {
      root,
      folders: ["functions", "contract"],
      entryPoints: { one: "functions/one.ts", two: "functions/two.ts" },
    },
    { line: (_, text) => void printed.push(text), step: () => {} },
  );
  await watch.attach({
    dataDir: join(root, "data"),
    replaceCode: (name, file) => void replaced.push({ name, code: readFileSync(file, "utf8") }),
  });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function names(): string[] {
  return replaced.map(({ name }) => name).sort();
}

test("a changed file replaces the code of the functions that use it", async () => {
  expect(replaced).toEqual([]);
  write(
    "functions/one.ts",
    `import { greeting } from "../contract/common.ts"; export const handler = () => greeting + " anew";`,
  );
  await expect.poll(names).toEqual(["one"]);
  expect(replaced[0]?.code).toContain("anew");

  replaced.length = 0;
  write("contract/common.ts", `export const greeting: string = "good day";`);
  await expect.poll(names).toEqual(["one", "two"]);
});

test("a syntax error in a shared file is printed once, and the next correct save is taken", async () => {
  replaced.length = 0;
  write("contract/common.ts", "export const greeting = ( => 1;");
  await expect.poll(() => printed.join()).toContain("contract/common.ts:1:26");
  expect(printed.join().match(/ERROR/g)).toHaveLength(1);
  expect(replaced).toEqual([]);

  write("contract/common.ts", `export const greeting = "right";`);
  await expect.poll(names).toEqual(["one", "two"]);
  expect(printed).toHaveLength(1);
});
