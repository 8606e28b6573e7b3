import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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

test("a file is watched on after another has replaced it, and in a folder that is made later", async () => {
  const source = (text: string) => `export const handler = () => "${text}";`;
  const becomes = async (text: string) => {
    await expect.poll(() => replaced.map(({ code }) => code).join()).toContain(text);
    replaced.length = 0;
  };
  replaced.length = 0;
  for (let round = 1; round <= 3; round += 1) {
    write("other.ts", source(`replaced ${round}`));
    renameSync(join(root, "other.ts"), join(root, "functions/two.ts"));
    await becomes(`replaced ${round}`);
    write("functions/two.ts", source(`saved ${round}`));
    await becomes(`saved ${round}`);
  }
  mkdirSync(join(root, "functions/later/deep"), { recursive: true });
  write("functions/later/deep/part.ts", `export const part = "a part";`);
  write("functions/two.ts", `export { part as handler } from "./later/deep/part.ts";`);
  await becomes("a part");
  write("functions/later/deep/part.ts", `export const part = "another part";`);
  await becomes("another part");
});
