import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** Returns the functions that a source exports, by name. */
function exportedFunctions(source: string): string[] {
  return [...source.matchAll(/^export (?:async )?function (\w+)/gm)].map(([, name = ""]) => name);
}

/** Returns the names that several of these files export, each with its files. */
function listShared(exportsOf: ReadonlyMap<string, readonly string[]>): [string, string[]][] {
  const named = [...exportsOf].flatMap(([file, names]) => names.map((name) => ({ name, file })));
  return [...Map.groupBy(named, ({ name }) => name)]
    .filter(([, found]) => found.length > 1)
    .map(([name, found]) => [name, found.map(({ file }) => file)]);
}

describe("the names of functions/", () => {
  test("no two files export a function of one name, except the entry points", () => {
    const files = globSync("functions/**/*.ts", { exclude: ["functions/entrypoints/**"] });
    const exportsOf = new Map(files.map((file) => [file, exportedFunctions(readFileSync(file, "utf8"))]));
    expect([...exportsOf.values()].flat().length).toBeGreaterThan(400);
    expect(listShared(exportsOf)).toEqual([]);
  });

  test("a name that two files export is found", () => {
    const source = "export async function notify() {}\nfunction local() {}\nexport function only() {}\n";
    const exportsOf = new Map([
      ["a.ts", exportedFunctions(source)],
      ["b.ts", exportedFunctions("export function notify() {}\nfunction local() {}\n")],
    ]);
    expect(listShared(exportsOf)).toEqual([["notify", ["a.ts", "b.ts"]]]);
  });
});
