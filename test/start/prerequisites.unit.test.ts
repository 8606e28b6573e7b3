import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

/** Returns the output of the check before `npm test`, and the exit code. */
function check(env: Readonly<Record<string, string>>) {
  const { status, stderr } = spawnSync(process.execPath, ["test/prerequisites.ts"], {
    env: { PATH: process.env.PATH, ...env },
    encoding: "utf8",
  });
  return { status, stderr };
}

describe("before all tests", () => {
  test("nothing is printed if nothing is missing", () => {
    expect(check({ CHROMIUM_PATH: process.execPath })).toEqual({ status: 0, stderr: "" });
  });

  test("a browser that is missing at the configured path is named", () => {
    expect(check({ CHROMIUM_PATH: "/no/such/browser" })).toEqual({
      status: 1,
      stderr: "CHROMIUM_PATH names /no/such/browser, where there is nothing.\n",
    });
  });

  test("a missing Java is named, with the command that installs it", () => {
    const { status, stderr } = check({ PATH: "/no/such/folder", CHROMIUM_PATH: process.execPath });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/Java 17.*Install it: /)]);
  });
});
