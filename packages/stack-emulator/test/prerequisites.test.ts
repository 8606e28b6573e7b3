import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findJava, javaCandidates } from "../src/prerequisites.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stack-emulator-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Returns a command that prints what Java prints as its version. */
function javaOf(version: string): string {
  const file = join(folder, `java-${version}`);
  writeFileSync(file, `#!/bin/sh\necho 'openjdk version "${version}" 2026-01-20' >&2\n`, { mode: 0o755 });
  return file;
}

test("Java is looked for in JAVA_HOME, in the path, and on macOS in what Homebrew does not link", () => {
  expect(javaCandidates({ env: { JAVA_HOME: "/opt/java" }, platform: "linux" })).toEqual([
    "/opt/java/bin/java",
    "java",
  ]);
  const kegs = javaCandidates({ env: {}, platform: "darwin" });
  expect(kegs[0]).toBe("java");
  expect(kegs).toContain("/opt/homebrew/opt/openjdk@17/bin/java");
  expect(kegs).toContain("/usr/local/opt/openjdk/bin/java");
});

test("the first Java that is new enough is taken", async () => {
  const candidates = [join(folder, "missing"), javaOf("1.8.0_402"), javaOf("17.0.9"), javaOf("21.0.2")];
  expect(await findJava(candidates)).toBe(javaOf("17.0.9"));
});

test("an old Java is named with its version and the command that installs a newer one", async () => {
  const old = javaOf("1.8.0_402");
  await expect(findJava([old])).rejects.toThrow(
    `DynamoDB Local needs Java 17 or newer: \`${old}\` is version 8. Install it: `,
  );
  await expect(findJava([join(folder, "missing")])).rejects.toThrow("newer: none was found. Install it: ");
});
