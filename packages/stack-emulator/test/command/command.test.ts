import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Addresses } from "../../src/index.ts";
import { attachDebugger, type Debugger } from "./debugger.ts";
import { synthesizeNotesStack } from "./notes-stack.ts";

const bin = join(import.meta.dirname, "../../bin/stack-emulator.js");
const source = join(import.meta.dirname, "notes.ts");
const throwingLine =
  1 +
  readFileSync(source, "utf8")
    .split("\n")
    .findIndex((line) => line.includes("throw"));

interface Started {
  readonly child: ChildProcess;
  output(): string;
  readonly ended: Promise<number | null>;
}

function start(...args: string[]): Started {
  return startNode(bin, ...args);
}

function startNode(...args: string[]): Started {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  }
  return { child, output: () => output, ended: once(child, "close").then(([code]) => code) };
}

describe("stack-emulator", () => {
  let folder: string;
  let started: Started;
  let ready: Addresses;
  let attached: Debugger | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "stack-emulator-"));
    await synthesizeNotesStack(folder);
    await startReady();
  }, 100_000);
  afterAll(() => {
    attached?.close();
    started.child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  const flags = () => [
    ...["--template", join(folder, "cdk.out"), "--data", join(folder, "data")],
    ...["--port", "0", "--quiet", "--log-requests", "--inspect-port", "0"],
  ];
  const startReady = async (): Promise<void> => {
    const readyFile = join(folder, "ready.json");
    rmSync(readyFile, { force: true });
    started = start(...flags(), "--ready-file", readyFile);
    while (!existsSync(readyFile) && started.child.exitCode === null) await sleep(50);
    if (started.child.exitCode !== null) throw new Error(started.output());
    ready = JSON.parse(readFileSync(readyFile, "utf8"));
  };
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${ready.httpUrl}${path}`, init);

  test("serves the stack of any CDK project", async () => {
    expect(ready.webSocketUrl).toBeNull();
    expect(ready.outputs).toEqual({ Url: ready.httpUrl });
    expect((await ask("/notes/none")).status).toBe(404);
    expect((await ask("/notes/first", { method: "PUT", body: "Hello" })).status).toBe(204);
    expect(await (await ask("/notes/first")).json()).toEqual({ id: "first", text: "Hello" });
  });

  test("--log-requests prints a line with the function and its units", async () => {
    await ask("/notes/second", { method: "PUT", body: "Hello" });
    await expect.poll(started.output).toMatch(/^PUT \/notes\/second 204 \d+ ms notes 0 rru 1 wru$/m);
  });

  test("--quiet prints the stack of a failure, with the place in the source", async () => {
    const { status, headers } = await ask("/notes/broken");
    expect(status).toBe(500);
    await expect.poll(started.output).toContain("notes | RangeError: This note is broken.");
    expect(started.output()).toContain(`${relative(process.cwd(), source)}:${throwingLine}:`);
    const requestId = encodeURIComponent(headers.get("apigw-requestid") ?? "");
    const logged = await fetch(`${ready.controlUrl}/logs?request_id=${requestId}`);
    const text = expect.stringContaining(`${relative(process.cwd(), source)}:${throwingLine}:`);
    expect(await logged.json()).toMatchObject([{ function: "notes", error: true, text }]);
  });

  test("--inspect binds a breakpoint to its source", async () => {
    const [address = ""] = /ws:\/\/127\.0\.0\.1:\S+/.exec(started.output()) ?? [];
    attached = await attachDebugger(address);
    const url = pathToFileURL(source).href;
    await expect.poll(() => attached?.breakAtThrow(url, throwingLine)).toBeGreaterThan(0);
    const asked = ask("/notes/broken");
    expect(await attached.passBreakpoint()).toBe(`${url}:${throwingLine}`);
    expect((await asked).status).toBe(500);
  });

  test("refuses a data folder that another one has open", async () => {
    const second = start(...flags());
    const inUse = `is in use by another emulator (process ${started.child.pid}). Stop that one`;
    expect([await second.ended, second.output()]).toEqual([1, expect.stringContaining(inUse)]);
  });

  test("leaves no process when it is killed, and the next one finds the data", async () => {
    const children = childrenOf(started.child.pid);
    expect(children.length).toBeGreaterThan(0);
    started.child.kill("SIGKILL");
    await started.ended;
    await expect.poll(() => children.filter(isRunning)).toEqual([]);
    await startReady();
    expect(await (await ask("/notes/first")).json()).toEqual({ id: "first", text: "Hello" });
  });
});

test("stack-emulator without a template says what is missing", async () => {
  const { output, ended } = start("--port", "0");
  expect([await ended, output()]).toEqual([1, expect.stringContaining("--template is missing.")]);
});

test("stack-emulator names the Node that it needs when an older one runs it", async () => {
  const versions = `{ value: { ...process.versions, node: "22.17.1" } }`;
  const older = `data:text/javascript,Object.defineProperty(process, "versions", ${versions})`;
  const { output, ended } = startNode(`--import=${older}`, bin);
  const sentence = "stack-emulator needs Node 22.18 or newer, and this is 22.17.1.\n";
  expect([await ended, output()]).toEqual([1, sentence]);
});

function childrenOf(pid: number | undefined): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const processes = lines.map((line) => line.trim().split(/\s+/).map(Number));
  return processes.filter(([, parent]) => parent === pid).map(([child = 0]) => child);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
