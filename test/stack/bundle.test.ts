import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { functionNames } from "../../lib/functions.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs the CDK app as its command line does, into a new directory. */
const synthesizeApp = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "parley-bundle-"));
  execFileSync(process.execPath, ["bin/parley.ts"], {
    cwd: root,
    env: { ...process.env, CDK_OUTDIR: directory, CDK_CONTEXT_JSON: "{}", CDK_VALIDATION: "false" },
  });
  return directory;
};

const bundlesIn = (directory: string): readonly string[] =>
  readdirSync(directory).filter((name) => name.startsWith("asset."));

describe("node bin/parley.ts", () => {
  let directory = "";
  beforeAll(() => {
    directory = synthesizeApp();
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it("writes the template, and a bundle with its source map for every function", () => {
    expect(readdirSync(directory)).toContain("Parley.template.json");
    expect(bundlesIn(directory)).toHaveLength(functionNames.length);
    for (const name of bundlesIn(directory)) {
      expect(readdirSync(join(directory, name)).sort()).toEqual(["index.mjs", "index.mjs.map"]);
    }
  });

  it("bundles what Node can load: no require is left to fail when it is reached", () => {
    for (const name of bundlesIn(directory)) {
      expect(readFileSync(join(directory, name, "index.mjs"), "utf8")).not.toContain("Dynamic require of");
    }
  });

  it("gives the same assets each time, so that a deployment replaces only what changed", () => {
    const again = synthesizeApp();
    expect(bundlesIn(again)).toEqual(bundlesIn(directory));
    rmSync(again, { recursive: true });
  }, 60_000);

  it("keeps what makes documents, and the stack itself, out of the bundles", () => {
    for (const name of bundlesIn(directory)) {
      const { sources } = JSON.parse(readFileSync(join(directory, name, "index.mjs.map"), "utf8"));
      for (const source of sources)
        expect(source).not.toMatch(/zod-openapi|aws-cdk|\/(lib|local|bin)\/[a-z-]+\.ts$/);
    }
  });

  it("says which argument is wrong, without a stack trace", () => {
    const env = { ...process.env, CDK_CONTEXT_JSON: '{"stage":"production"}' };
    expect(() =>
      execFileSync(process.execPath, ["bin/parley.ts"], { cwd: root, env, stdio: "pipe" }),
    ).toThrow(/`stage` is "production", but must be dev or prod\.\n$/);
  });
});
