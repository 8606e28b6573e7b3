import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateTypes } from "../typed-client/generate.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "parley-typed-client-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const compilerOptions = {
  target: "es2022",
  // Without the types of browsers: without skipLibCheck they would be compiled, too.
  lib: ["es2022"],
  module: "nodenext",
  types: [],
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  allowImportingTsExtensions: true,
};

beforeAll(async () => {
  writeFileSync(join(folder, "openapi.d.ts"), await generateTypes("openapi.json"));
  copyFileSync("test/typed-client/client.ts", join(folder, "client.ts"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions, include: ["openapi.d.ts", "client.ts"] }),
  );
});

/** Returns the output of a compiler for the types and the client: empty if both compile. */
async function compile(compiler: string): Promise<string> {
  const { stdout } = await run(process.execPath, [resolve(compiler), "-p", folder]).catch(
    // A compiler that reports problems ends with an error.
    (failure: { readonly stdout: string }) => failure,
  );
  return stdout;
}

describe("the types that openapi-typescript makes of openapi.json", () => {
  test("compile without skipLibCheck, with a client that uses them", async () => {
    expect(await compile("node_modules/typescript/bin/tsc")).toBe("");
  });

  test("compile with the TypeScript 5 that many clients still have", async () => {
    expect(await compile("test/typed-client/node_modules/typescript/bin/tsc")).toBe("");
  });
});
