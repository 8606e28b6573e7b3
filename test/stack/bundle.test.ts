import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleFunctions } from "../../lib/bundle.ts";
import { functionNames } from "../../lib/functions.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Returns the files of a bundle with this ending. */
function filesOf(bundle: string, ending: string): readonly string[] {
  return readdirSync(bundle)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(bundle, name));
}

/** Runs the CDK app as its command line does, into a new directory. */
function synthesizeApp(): string {
  const directory = mkdtempSync(join(tmpdir(), "parley-bundle-"));
  execFileSync(process.execPath, ["bin/parley.ts"], {
    cwd: root,
    env: { ...process.env, CDK_OUTDIR: directory, CDK_CONTEXT_JSON: "{}", CDK_VALIDATION: "false" },
  });
  return directory;
}

function bundlesIn(directory: string): readonly string[] {
  return readdirSync(directory).filter((name) => name.startsWith("asset."));
}

describe("node bin/parley.ts", () => {
  let directory = "";
  beforeAll(() => {
    directory = synthesizeApp();
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it("writes the template, and a bundle with its source maps for every function", () => {
    expect(readdirSync(directory)).toContain("Parley.template.json");
    const entries = bundlesIn(directory).map((name) => {
      const bundle = join(directory, name);
      expect(filesOf(bundle, ".mjs.map")).toEqual(filesOf(bundle, ".mjs").map((file) => `${file}.map`));
      expect(readdirSync(bundle)).toHaveLength(2 * filesOf(bundle, ".mjs").length);
      return functionNames.filter((entry) => existsSync(join(bundle, `${entry}.mjs`)));
    });
    expect(entries.flat().sort()).toEqual([...functionNames].sort());
    expect(entries.every((one) => one.length === 1)).toBe(true);
  });

  it("gives each function the files that it imports, and no others", async () => {
    for (const bundle of bundlesIn(directory).map((name) => join(directory, name))) {
      const names = filesOf(bundle, ".mjs").map((file) => basename(file));
      const texts = names.map((name) => readFileSync(join(bundle, name), "utf8"));
      const imported = texts.flatMap((text) =>
        [...text.matchAll(/(?:from|import)\s*\(?"\.\/([^"]+\.mjs)"/g)].map(([, name]) => name),
      );
      const entry = names.filter((name) => functionNames.some((one) => `${one}.mjs` === name));
      expect([...new Set([...imported, ...entry])].sort()).toEqual([...names].sort());
    }
  });

  /** Returns the sources that a function imports at its start, by the files that hold them. */
  const startOf = (name: string): string[] => {
    const bundle = bundlesIn(directory)
      .map((one) => join(directory, one))
      .find((one) => existsSync(join(one, `${name}.mjs`)));
    const read = new Set([`${name}.mjs`]);
    for (const file of read)
      for (const [, next = ""] of readFileSync(join(bundle ?? "", file), "utf8").matchAll(
        /(?:from|import)"\.\/([^"]+\.mjs)"/g,
      ))
        read.add(next);
    return [...read].flatMap(
      (file) => JSON.parse(readFileSync(join(bundle ?? "", `${file}.map`), "utf8")).sources,
    );
  };

  it("makes no function read a client at its start that it hardly ever needs", () => {
    for (const name of ["rooms", "messages", "frame", "connect", "notifications", "search"]) {
      const sources = startOf(name);
      expect(sources.some((source) => source.includes("client-dynamodb"))).toBe(true);
      expect(sources.filter((source) => /client-sqs|store\/search\/opensearch/.test(source))).toEqual([]);
    }
  });

  it("bundles the clients of push services and topics into one function, which does not read them at its start", () => {
    const isOfPush = (source: string): boolean => /\/(?:web-push|client-sns)\//.test(source);
    const holding = bundlesIn(directory).filter((name) =>
      filesOf(join(directory, name), ".mjs.map").some((map) =>
        JSON.parse(readFileSync(map, "utf8")).sources.some(isOfPush),
      ),
    );
    expect(holding.map((name) => existsSync(join(directory, name, "push.mjs")))).toEqual([true]);
    expect(startOf("push").filter(isOfPush)).toEqual([]);
  });

  it("bundles modules that Node can load: no require is left to fail at run time", () => {
    for (const file of bundlesIn(directory).flatMap((name) => filesOf(join(directory, name), ".mjs"))) {
      expect(readFileSync(file, "utf8")).not.toContain("Dynamic require of");
    }
  });

  it("gives the same files each time, so that a deployment replaces only what changed", async () => {
    const cache = mkdtempSync(join(tmpdir(), "parley-bundles-"));
    const made = await bundleFunctions(cache);
    for (const asset of bundlesIn(directory).map((name) => join(directory, name))) {
      const name = functionNames.find((one) => existsSync(join(asset, `${one}.mjs`)));
      const again = name ? made[name] : "";
      expect(readdirSync(asset)).toEqual(readdirSync(again));
      for (const file of readdirSync(asset))
        expect(readFileSync(join(asset, file)).equals(readFileSync(join(again, file)))).toBe(true);
    }
    rmSync(cache, { recursive: true });
  }, 60_000);

  it("keeps the modules that make documents, and the stack itself, out of the bundles", () => {
    for (const map of bundlesIn(directory).flatMap((name) => filesOf(join(directory, name), ".mjs.map"))) {
      const { sources } = JSON.parse(readFileSync(map, "utf8"));
      for (const source of sources)
        expect(source).not.toMatch(/zod-openapi|aws-cdk|\/(lib|local|bin)\/[a-z-]+\.ts$/);
    }
  });

  it("names a wrong argument, without a stack trace", () => {
    const env = { ...process.env, CDK_CONTEXT_JSON: '{"stage":"production"}' };
    expect(() =>
      execFileSync(process.execPath, ["bin/parley.ts"], { cwd: root, env, stdio: "pipe" }),
    ).toThrow(/`stage` is "production", but must be dev or prod\.\n$/);
  });
});
