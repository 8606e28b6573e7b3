import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

/**
 * The ladder of `functions/`: a folder may import itself and the folders of the rungs before its
 * own. Domains of one rung do not import each other. docs/architecture.md gives the reasons.
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

/** The parts of the project that each part may import, beside itself and packages. */
const mayImport: Record<string, readonly string[]> = {
  contract: [],
  lib: ["contract"],
  bin: ["lib", "contract"],
  local: ["lib"],
  packages: [],
  test: ["bin", "contract", "functions", "lib", "local", "tools"],
};

/**
 * The project's own packages, by their folders. Other parts import them by name, through their
 * `exports`.
 */
const ownPackages = globSync("packages/*").map((folder) => basename(folder));
/**
 * Modules of `functions/` that the stack and the operators' commands read too. They hold data, and
 * import no other code: so no SDK is loaded when the stack is built.
 */
const pureModules = ["functions/background/stream-events.ts", "functions/store/table/prefixes.ts"];
const mayReadPureModules = ["lib", "bin"];

/** Packages that a part may use. Parts that are not named here may use any. */
const mayUse: Record<string, readonly string[]> = { contract: ["zod"] };

interface Import {
  readonly file: string;
  readonly specifier: string;
  /** The path from the project's root, unless it is a package. */
  readonly target?: string;
}

function importsIn(file: string, source: string): Import[] {
  return [...source.matchAll(/(?<![.\w])(?:from\s*|import\s*\(?\s*)"([^"]+)"/g)].flatMap(
    ([, specifier = ""]) => {
      if (specifier.endsWith(".json")) return [];
      if (!specifier.startsWith(".")) return [{ file, specifier }];
      return [{ file, specifier, target: normalize(join(dirname(file), specifier)) }];
    },
  );
}

function importsOf(file: string): Import[] {
  return importsIn(file, readFileSync(file, "utf8"));
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

/**
 * Returns why an import within `functions/`, or out of it, breaks the ladder; undefined if it does
 * not.
 */
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

/**
 * Returns whether a file belongs to one of the project's own packages, which are parts like its
 * folders.
 */
function isOfPackage(path: string): boolean {
  return topOf(path) === "packages";
}
function partOf(path: string): string {
  return isOfPackage(path) ? `packages/${folderOf(path)}` : topOf(path);
}

/** The package that a bare specifier names: two segments when it has a scope. */
function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/**
 * Returns the packages that a package of the project lists: for its tests, the development ones
 * too.
 */
function dependenciesOf(file: string): readonly string[] {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(`${partOf(file)}/package.json`, "utf8"));
  const isTest = file.startsWith(`${partOf(file)}/test/`);
  return Object.keys(isTest ? { ...dependencies, ...devDependencies } : dependencies);
}

function breachByPackage({ file, specifier }: Import): string | undefined {
  const name = packageOf(specifier);
  if (name.startsWith("node:")) return undefined;
  const part = topOf(file);
  if (mayUse[part]?.includes(name) === false) return `${part}/ may use ${mayUse[part]} alone`;
  const listed = isOfPackage(file) ? dependenciesOf(file) : undefined;
  // Some packages are types alone.
  if (listed && !listed.includes(name) && !listed.includes(`@types/${name}`))
    return `${partOf(file)}/package.json does not list ${name}`;
  if (ownPackages.includes(name) && !["local", "test"].includes(part))
    return `${part}/ may not use the package ${name}`;
  return undefined;
}

function breachOfParts(one: Import): string | undefined {
  const { file, target } = one;
  if (target === undefined) return breachByPackage(one);
  if (mayReadPureModules.includes(topOf(file)) && pureModules.includes(target)) return undefined;
  if (partOf(target) === partOf(file) || mayImport[topOf(file)]?.includes(topOf(target))) return undefined;
  return isOfPackage(target)
    ? `${partOf(target)} is imported by its name`
    : `${partOf(file)}/ may not import ${topOf(target)}/`;
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
  test("functions/ imports down the ladder alone", () => {
    const imports = importsBelow("functions");
    expect(imports.length).toBeGreaterThan(500);
    expect(breaches(imports, breachOfLadder)).toEqual([]);
  });

  for (const part of Object.keys(mayImport))
    test(`${part}/ imports only the parts that it may`, () => {
      const imports = importsBelow(part);
      expect(imports.length).toBeGreaterThan(0);
      expect(breaches(imports, breachOfParts)).toEqual([]);
    });

  test("pure modules import nothing, except types and each other", () => {
    for (const file of pureModules) {
      const source = readFileSync(file, "utf8").replace(/^import type .*$/gm, "");
      const targets = importsIn(file, source).map(({ specifier, target }) => target ?? specifier);
      expect(
        targets.filter((target) => !pureModules.includes(target)),
        file,
      ).toEqual([]);
    }
  });

  test("tests import functions/ by one door", () => {
    const imports = importsBelow("test");
    expect(imports.filter(({ file }) => file === door).length).toBeGreaterThan(40);
    expect(breaches(imports, breachOfDoor)).toEqual([]);
    const [bad] = importsOf(door).filter(({ target }) => target?.startsWith("functions/"));
    expect(bad).toBeDefined();
    expect(breaches(bad ? [{ ...bad, file: "test/rooms/rooms.test.ts" }] : [], breachOfDoor)).toHaveLength(1);
  });

  test("a breach names the import and the rule", () => {
    const target = "functions/messages/send.ts";
    const bad = { file: "functions/rooms/view.ts", specifier: "../messages/send.ts", target };
    expect(breaches([bad], breachOfLadder)).toEqual([
      "functions/rooms/view.ts imports ../messages/send.ts: messages stands above rooms on the ladder",
    ]);
  });

  test("other parts import a package by its name alone", () => {
    const target = "packages/stack-emulator/src/emulator.ts";
    const bad = { file: "local/main.ts", specifier: "../packages/stack-emulator/src/emulator.ts", target };
    expect(breaches([bad], breachOfParts)).toEqual([
      `local/main.ts imports ${bad.specifier}: packages/stack-emulator is imported by its name`,
    ]);
    const back = { file: target, specifier: "../../../lib/stage.ts", target: "lib/stage.ts" };
    expect(breaches([back], breachOfParts)).toEqual([
      `${target} imports ../../../lib/stage.ts: packages/stack-emulator/ may not import lib/`,
    ]);
  });

  test("the emulator does not name Parley", () => {
    const files = globSync("packages/stack-emulator/**/*.{ts,js,md,json}", {
      exclude: ["**/node_modules/**"],
    });
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((file) => /parley/i.test(readFileSync(file, "utf8")))).toEqual([]);
  });

  test("only keys.ts builds keys of the table, from the prefixes of prefixes.ts", () => {
    const sources = ["functions/store/table/keys.ts", "functions/store/table/prefixes.ts"];
    const keyLike =
      /["'`](?:USER|ROOM|MSG|MEMBER|TERMS|NOTIF|CONTACT|BLOCK|BLOCKED|PEOPLE|REPORT|SESSION|ROSTER|TICKET|USERNAME|AVATAR|REBUILD)#/;
    const offenders = globSync("{functions,lib,local,packages/*/src}/**/*.ts").filter(
      (file) => !sources.includes(file) && keyLike.test(readFileSync(file, "utf8")),
    );
    expect(offenders).toEqual([]);
  });
});
