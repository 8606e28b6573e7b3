import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

/** The longest ways that are allowed, by their headings in docs/architecture.md, in files. */
const limits = {
  "The way of a message, file by file": 16,
  "The way of a notification, file by file": 20,
} as const;

/** Returns the files that the numbered list under a heading of docs/architecture.md names. */
function listWay(heading: string): string[] {
  const [, after = ""] = readFileSync("docs/architecture.md", "utf8").split(`### ${heading}\n`);
  const [section = ""] = after.split(/^#/m);
  return [...section.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, file = ""]) => file);
}

/** Returns the files that a file imports, statically or when it needs them. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, "utf8");
  return [...source.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, specifier = ""]) =>
    normalize(join(dirname(file), specifier)),
  );
}

function isEntryPoint(file: string): boolean {
  return file.startsWith("functions/entrypoints/");
}

/** Returns the files of a way that no file before them imports. AWS calls an entry point. */
function listUnreached(way: readonly string[]): string[] {
  return way.filter(
    (file, at) => !isEntryPoint(file) && !way.slice(0, at).some((one) => importsOf(one).includes(file)),
  );
}

describe("the ways in docs/architecture.md", () => {
  for (const [heading, limit] of Object.entries(limits))
    test(`${heading}: names up to ${limit} files, each imported by one before it`, () => {
      const way = listWay(heading);
      expect(way.length).toBeGreaterThan(10);
      expect(way.length).toBeLessThanOrEqual(limit);
      expect(new Set(way).size).toBe(way.length);
      expect(way.filter((file) => !existsSync(file))).toEqual([]);
      expect(way[0]).toSatisfy(isEntryPoint);
      expect(listUnreached(way)).toEqual([]);
    });

  test("a file that no file before it imports is found", () => {
    const way = ["functions/entrypoints/http/messages.ts", "functions/push/send.ts"];
    expect(listUnreached(way)).toEqual(["functions/push/send.ts"]);
  });
});
