import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

/**
 * The ladder of `functions/`: a folder may import those of the rungs before its own, and itself. Domains of one rung know
 * nothing of each other. docs/architecture.md says why.
 */
const ladder: readonly (readonly string[])[] = [
  ["kernel"],
  ["store"],
  ["users"],
  ["accounts", "delivery"],
  ["rooms"],
  ["receipts", "attachments", "presence"],
  ["messages"],
  ["notifications", "search", "reports", "uploads", "connections", "fan-out"],
  ["push", "contacts"],
  ["background"],
  ["entrypoints"],
];

function rungOf(folder: string): number {
  return ladder.findIndex((rung) => rung.includes(folder));
}

/** What the parts of the project may import, beside themselves and packages. */
const mayImport: Record<string, readonly string[]> = {
  contract: [],
  lib: ["contract"],
  bin: ["lib", "contract"],
  local: ["packages"],
};

/** Packages that a part may use. Parts that are not named here may use any. */
const mayUse: Record<string, readonly string[]> = { contract: ["zod"] };

interface Import {
  readonly file: string;
  readonly specifier: string;
  /** The path from the project's root, unless it is a package. */
  readonly target?: string;
}

function importsOf(file: string): Import[] {
  const source = readFileSync(file, "utf8");
  return [...source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].flatMap(([, specifier = ""]) => {
    if (specifier.endsWith(".json")) return [];
    if (!specifier.startsWith(".")) return [{ file, specifier }];
    return [{ file, specifier, target: normalize(join(dirname(file), specifier)) }];
  });
}

function importsBelow(folder: string): Import[] {
  return globSync(`${folder}/**/*.{ts,js}`).flatMap(importsOf);
}

function topOf(path: string): string {
  return path.split("/")[0] ?? "";
}
function folderOf(path: string): string {
  return path.split("/")[1] ?? "";
}

/** Why an import within `functions/`, or out of it, breaks the rule. */
function breachOfLadder({ file, target }: Import): string | undefined {
  if (target === undefined || topOf(target) === "contract") return undefined;
  if (topOf(target) !== "functions") return "functions/ imports contract/ and itself alone";
  const [from, to] = [folderOf(file), folderOf(target)];
  if (rungOf(from) < 0 || rungOf(to) < 0) return "a folder without a rung on the ladder";
  if (from === to || rungOf(to) < rungOf(from)) return undefined;
  return rungOf(to) === rungOf(from)
    ? `${from} and ${to} stand on one rung of the ladder`
    : `${to} stands above ${from} on the ladder`;
}

function breachOfParts({ file, specifier, target }: Import): string | undefined {
  const part = topOf(file);
  if (target === undefined)
    return (mayUse[part]?.includes(specifier) ?? true) ? undefined : `${part}/ may use ${mayUse[part]} alone`;
  const to = topOf(target);
  return to === part || mayImport[part]?.includes(to) ? undefined : `${part}/ may not import ${to}/`;
}

/** The only file of test/ that imports from functions/. */
const door = "test/support/internals.ts";

/** Returns why an import of a test breaks the rule; undefined if it does not. */
function breachOfDoor({ file, target }: Import): string | undefined {
  if (target === undefined || topOf(target) !== "functions" || file === door) return undefined;
  return `tests reach functions/ through ${door} alone`;
}

function breaches(imports: readonly Import[], rule: (one: Import) => string | undefined): string[] {
  return imports.flatMap((one) => {
    const reason = rule(one);
    return reason === undefined ? [] : [`${one.file} imports ${one.specifier}: ${reason}`];
  });
}

describe("the ladder of imports", () => {
  test("holds in functions/", () => {
    const imports = importsBelow("functions");
    expect(imports.length).toBeGreaterThan(500);
    expect(breaches(imports, breachOfLadder)).toEqual([]);
  });

  for (const part of Object.keys(mayImport))
    test(`holds in ${part}/`, () => {
      const imports = importsBelow(part);
      expect(imports.length).toBeGreaterThan(0);
      expect(breaches(imports, breachOfParts)).toEqual([]);
    });

  test("lets tests into functions/ by one door", () => {
    const imports = importsBelow("test");
    expect(imports.filter(({ file }) => file === door).length).toBeGreaterThan(40);
    expect(breaches(imports, breachOfDoor)).toEqual([]);
    const [bad] = importsOf(door).filter(({ target }) => target?.startsWith("functions/"));
    expect(bad).toBeDefined();
    expect(breaches(bad ? [{ ...bad, file: "test/rooms/rooms.test.ts" }] : [], breachOfDoor)).toHaveLength(1);
  });

  test("names the import and the rule", () => {
    const target = "functions/messages/send.ts";
    const bad = { file: "functions/rooms/view.ts", specifier: "../messages/send.ts", target };
    expect(breaches([bad], breachOfLadder)).toEqual([
      "functions/rooms/view.ts imports ../messages/send.ts: messages stands above rooms on the ladder",
    ]);
  });

  test("keys of the table are built in one module alone", () => {
    const keyLike =
      /["'`](?:USER|ROOM|MSG|MEMBER|TERMS|NOTIF|CONTACT|BLOCK|BLOCKED|PEOPLE|REPORT|SESSION|ROSTER|TICKET|USERNAME|AVATAR|REBUILD)#/;
    const offenders = globSync("{functions,lib,local,packages/*/src}/**/*.ts").filter(
      (file) => !file.endsWith("/keys.ts") && keyLike.test(readFileSync(file, "utf8")),
    );
    expect(offenders).toEqual([]);
  });
});
