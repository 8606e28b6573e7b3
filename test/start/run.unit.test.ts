import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

// tools/run.js, through which every script of package.json runs.

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "parley-run-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(source: string, ...flags: string[]) {
  const file = join(folder, "script.ts");
  writeFileSync(file, source);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, "tools/run.js", file, "--flag", "value"],
    { encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

/** Makes the process say that it is another version of Node. */
function versionFlags(node: string): string[] {
  const versions = `{ value: { ...process.versions, node: "${node}" } }`;
  return ["--import", `data:text/javascript,Object.defineProperty(process, "versions", ${versions})`];
}

test("tools/run.js runs a TypeScript file with its arguments", () => {
  const source = "const args: string[] = process.argv.slice(2); console.log(args.join());";
  const newest = run(source, ...versionFlags("22.18.0"));
  expect(newest).toEqual({ status: 0, stdout: "--flag,value\n", stderr: "" });
});

test("tools/run.js names the Node that is needed when the one that runs is older", () => {
  expect(run("console.log('ran');", ...versionFlags("22.17.1"))).toEqual({
    status: 1,
    stdout: "",
    stderr: expect.stringMatching(
      /^Node 22\.18 or newer is needed, and this is 22\.17\.1\..*npm rebuild .*node`\.\n$/,
    ),
  });
});

test("tools/run.js names the command that installs a missing package", () => {
  expect(run('import "no-such-package";')).toEqual({
    status: 1,
    stdout: "",
    stderr: "Cannot find package 'no-such-package': run `npm ci` first.\n",
  });
});

test("tools/run.js shows the stack of any other failure", () => {
  const { status, stderr } = run('\nthrow new RangeError("out of range");');
  expect([status, stderr]).toEqual([1, expect.stringMatching(/RangeError: out of range\n.*script\.ts:2:/)]);
});
