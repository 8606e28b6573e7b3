import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDataDirectory } from "../src/data-directory.ts";
import { readDataFile } from "../src/data-file.ts";
import { endOrphan, recordProcess } from "../src/dynamodb/orphan.ts";
import { explainDatabaseFailure, explainFailure, reportDatabaseFailures } from "../src/explain-failure.ts";

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stack-emulator-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** A process that runs this script until it is ended, with these arguments on its command line. */
async function startProcess(script: string, ...args: string[]) {
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  return { child, ended };
}

describe("the data directory", () => {
  test("belongs to one process until that ends, even by SIGKILL", async () => {
    const module = new URL("../src/data-directory.ts", import.meta.url).href;
    const script = `const { openDataDirectory } = await import(process.argv[2]);
      openDataDirectory(process.argv[1]);
      console.log("open");
      setInterval(() => {}, 1000);`;
    const { child, ended } = await startProcess(script, folder, module);
    expect(() => openDataDirectory(folder)).toThrow(
      `${folder} is in use by another emulator (process ${child.pid}). Stop that one`,
    );
    child.kill("SIGKILL");
    await ended;
    openDataDirectory(folder).release();
  });

  test("stays with its next owner when an earlier one releases it twice", () => {
    const earlier = openDataDirectory(folder);
    earlier.release();
    const next = openDataDirectory(folder);
    earlier.release();
    expect(() => openDataDirectory(folder)).toThrow(`(process ${process.pid})`);
    next.release();
  });

  test("is free when only the number of its last owner runs again", () => {
    writeFileSync(join(folder, "owner"), String(process.pid));
    const opened = openDataDirectory(folder);
    expect(() => openDataDirectory(folder)).toThrow(`(process ${process.pid})`);
    opened.release();
    openDataDirectory(folder).release();
  });

  test("that cannot be is explained", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const explanation = (dir: string) => {
      try {
        openDataDirectory(dir).release();
      } catch (error) {
        return explainFailure(error);
      }
      return "opened";
    };
    expect(explanation(join(file, "data"))).toBe(
      `${join(file, "data")} is inside a file, and not inside a folder. Name another folder with --data DIR.`,
    );
    expect(explanation(file)).toBe(
      `${file} is a file, and the data needs a folder. Name another folder with --data DIR.`,
    );
    writeFileSync(join(folder, "lock.db"), "no database".repeat(100));
    expect(explanation(folder)).toBe(`${join(folder, "lock.db")} is damaged. It holds no data: remove it.`);
  });
});

describe("a process that an earlier emulator left on the database", () => {
  const waits = "console.log(1); setInterval(() => {}, 1000);";

  test("is ended", async () => {
    const { child, ended } = await startProcess(waits, folder);
    recordProcess(folder, child.pid ?? 0);
    await endOrphan(folder);
    expect(await ended).toEqual([null, "SIGKILL"]);
  });

  test("is left alone when its number belongs to another process now", async () => {
    const { child, ended } = await startProcess(waits, "another folder");
    recordProcess(folder, child.pid ?? 0);
    await endOrphan(folder);
    child.kill("SIGTERM");
    expect(await ended).toEqual([null, "SIGTERM"]);
  });
});

test("a damaged file is named, with what to do", () => {
  const file = join(folder, "queue.json");
  const read = () => readDataFile(file, (text) => JSON.parse(text), "Remove it to begin with an empty queue");
  expect(read()).toBeUndefined();
  writeFileSync(file, "[1]");
  expect(read()).toEqual([1]);
  writeFileSync(file, "[1");
  expect(read).toThrow(
    /queue\.json is damaged \(.*JSON.*\)\. Remove it to begin with an empty queue, or start with --fresh\.$/,
  );
});

describe("a failure", () => {
  const failure = (code: string) => Object.assign(new Error(code), { code, path: "/data/file" });

  test.each([
    ["EACCES", "There is no permission to write /data/file. Name another folder with --data DIR."],
    ["EROFS", "/data/file is on a disk that can only be read. Name another folder with --data DIR."],
    [
      "ENOSPC",
      "The disk is full: /data/file could not be written. Free some space, or name another folder with --data DIR.",
    ],
  ])("%s is told in a sentence", (code, sentence) => {
    expect(explainFailure(failure(code))).toBe(sentence);
  });

  test("that no user can mend keeps its stack", () => {
    expect(explainFailure(failure("EINVAL"))).toContain("data-directory.test.ts");
    const ofProcess = Object.assign(new Error("kill EPERM"), { code: "EPERM" });
    expect(explainFailure(ofProcess)).toContain("data-directory.test.ts");
  });

  test.each([
    ["[13] disk full", "The disk is full: data.db could not be written."],
    ["[26] file is encrypted or is not a database", "data.db is damaged."],
    ["[11] database disk image is malformed", "data.db is damaged."],
    [
      "[13] disk full\nSQLiteException: [1] cannot rollback",
      "The disk is full: data.db could not be written.",
    ],
    ["[21] misuse", "DynamoDB Local could not use data.db. It printed:"],
  ])("of the database is told by the code that SQLite gave: %s", (printed, sentence) => {
    const output = `com.almworks.sqlite4java.SQLiteException: ${printed}`;
    expect(explainDatabaseFailure(output, "data.db").message).toContain(sentence);
  });
  test("of the database while it runs is printed once", async () => {
    const printed: string[] = [];
    let status = 200;
    const forward = reportDatabaseFailures(
      {
        forward: async () => ({ status, headers: {}, body: Buffer.from('{"__type":"InternalFailure"}') }),
        output: () => "SQLiteException: [13] disk full",
      },
      "data.db",
      (line) => printed.push(line),
    );
    await forward({}, Buffer.from(""));
    expect(printed).toEqual([]);
    status = 500;
    await forward({}, Buffer.from(""));
    await expect.poll(() => printed).toHaveLength(1);
    await forward({}, Buffer.from(""));
    await sleep(300);
    expect(printed).toEqual([expect.stringContaining("The disk is full: data.db could not be written.")]);
  });
});
