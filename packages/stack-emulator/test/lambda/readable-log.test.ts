import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readableLog } from "../../src/lambda/readable-log.ts";
import { createSourceMaps } from "../../src/lambda/source-maps.ts";
import type { FunctionLog } from "../../src/lambda/types.ts";

let folder: string;
/** A stack of the bundle in `assets`, whose map names its sources relative to `built`. */
let stack: string;

const source = `
type Thrown = { readonly why: string };

export function fail({ why }: Thrown): never {
  throw new TypeError(why);
}
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "stack-emulator-"));
  writeFileSync(join(folder, "source.ts"), source);
  const built = await build({
    entryPoints: [join(folder, "source.ts")],
    outdir: join(folder, "built", "deeper"),
    format: "esm",
    outExtension: { ".js": ".mjs" },
    minify: true,
    sourcemap: true,
    write: false,
  });
  for (const { path, contents } of built.outputFiles) {
    writeFileSync(join(folder, path.endsWith(".map") ? "source.mjs.map" : "source.mjs"), contents);
  }
  // In a process of its own: this one's stacks are mapped already.
  const script = `import { fail } from "./source.mjs"; try { fail({ why: "broken" }); } catch (error) { console.log(error.stack); }`;
  writeFileSync(join(folder, "run.mjs"), script);
  stack = execFileSync(process.execPath, ["run.mjs"], { cwd: folder, encoding: "utf8" });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const entryOf = (text: string, isError = true): FunctionLog => ({
  functionLogicalId: "F",
  requestId: undefined,
  gatewayRequestId: undefined,
  isError,
  text,
});

describe("a stack", () => {
  test("shows the place in the source, found from the root of the source maps", () => {
    expect(stack).toContain(`${pathToFileURL(join(folder, "source.mjs")).href}:1:`);
    const maps = createSourceMaps({ assetsDir: folder, sourceRoot: join(folder, "built", "deeper") });
    const { text } = readableLog(entryOf(stack), maps);
    expect(text).toContain(`${join(folder, "source.ts")}:5:9`);
    expect(text).not.toContain("source.mjs");
  });

  test("of code outside the template is found from the folder of the code", () => {
    const maps = createSourceMaps({ assetsDir: join(folder, "other"), sourceRoot: "/elsewhere" });
    expect(maps.map(stack)).toContain(`${join(folder, "..", "..", "source.ts")}:5:9`);
  });

  test("in a line of JSON stands on lines of its own", () => {
    const maps = createSourceMaps({ assetsDir: folder, sourceRoot: join(folder, "built", "deeper") });
    const line = JSON.stringify({ level: "error", event: "failed", stack });
    const lines = readableLog(entryOf(line), maps).text.split("\n");
    expect(lines.slice(0, 2)).toEqual(['{"level":"error","event":"failed"}', "TypeError: broken"]);
    expect(lines[2]).toContain(`${join(folder, "source.ts")}:5:9`);
  });

  test("without a map stays as it is", () => {
    const maps = createSourceMaps({ assetsDir: folder, sourceRoot: undefined });
    const text = "Error: gone\n    at file:///no/such/bundle.mjs:1:2";
    expect(maps.map(text)).toBe(text);
  });
});

test("the level of a line of JSON says whether it is an error", () => {
  const maps = createSourceMaps({ assetsDir: folder, sourceRoot: undefined });
  const isError = (text: string, given: boolean) => readableLog(entryOf(text, given), maps).isError;
  expect(isError('{"level":"warn"}', true)).toBe(false);
  expect(isError('{"level":"ERROR"}', false)).toBe(true);
  expect(isError('{"other":1}', true)).toBe(true);
  expect(isError("{broken", true)).toBe(true);
});
