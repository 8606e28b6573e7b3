import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

// Runs the command itself, as a process.

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "parley-command-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

interface Command {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

function start(...args: string[]): Command {
  const child = spawn(process.execPath, ["local/main.ts", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  }
  return { child, ended: once(child, "close").then(([code]) => ({ code, output })) };
}

test.each([
  [["--port", "many"], "--port takes a whole number from 0 to 65535, and got many."],
  [["--idle-seconds", "0"], "--idle-seconds takes a number of seconds above 0"],
  [["-c", "stage"], "-c takes name=value"],
  [["--nonsense"], "Unknown option '--nonsense'"],
])("%j is refused", async (args, message) => {
  const { code, output } = await start(...args).ended;
  expect([code, output]).toEqual([1, expect.stringContaining(message)]);
  expect(output).not.toContain("    at ");
});

test("--help lists the options", async () => {
  const { code, output } = await start("--help").ended;
  expect([code, output]).toEqual([0, expect.stringContaining("--ready-file FILE")]);
});

test("a port that is taken is reported at once", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // It listens on TCP.
  const { port } = server.address() as AddressInfo;
  const { code, output } = await start("--port", String(port), "--fresh").ended;
  server.close();
  expect([code, output]).toEqual([
    1,
    expect.stringContaining(`Port ${port} is in use. Stop what listens there, or`),
  ]);
});

test("an unknown prop is reported in the stack's own words", async () => {
  const { code, output } = await start("--port", "0", "--fresh", "-c", "stgae=prod").ended;
  expect([code, output]).toEqual([1, expect.stringContaining("stgae")]);
});

describe("a whole runner", () => {
  const started = async (...args: string[]) => {
    const readyFile = join(dir, "ready", "file.json");
    rmSync(readyFile, { force: true });
    const command = start("--port", "0", "--data", join(dir, "data"), "--ready-file", readyFile, ...args);
    await expect
      .poll(() => existsSync(readyFile) || command.child.exitCode !== null, { timeout: 100_000 })
      .toBe(true);
    return { ...command, ready: JSON.parse(readFileSync(readyFile, "utf8")) };
  };

  test("keeps its data to itself, stops all that it started, and names the part that failed", async () => {
    const first = await started();
    expect(first.ready).toEqual({
      httpUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      webSocketUrl: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/live$/),
      controlUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      userPoolId: expect.any(String),
      userPoolClientId: expect.any(String),
      awsUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      tableName: expect.any(String),
      operator: { region: "us-east-1", accessKeyId: expect.any(String), secretAccessKey: expect.any(String) },
      outputs: expect.objectContaining({
        TableName: first.ready.tableName,
        HttpUrl: first.ready.httpUrl,
        WebSocketUrl: first.ready.webSocketUrl,
      }),
    });
    expect((await fetch(`${first.ready.httpUrl}/api/chat/rooms`)).status).toBe(401);
    const children = childrenOf(first.child.pid);
    expect(children.length).toBeGreaterThan(0);

    const second = await start("--port", "0", "--data", join(dir, "data")).ended;
    const inUse = `is in use by another emulator (process ${first.child.pid})`;
    expect([second.code, second.output]).toEqual([1, expect.stringContaining(inUse)]);

    first.child.kill("SIGINT");
    expect((await first.ended).code).toBe(0);
    await expect.poll(() => children.filter(isRunning)).toEqual([]);

    // Without the watch, whose process would be killed with the others.
    const third = await started("--quiet", "--no-watch");
    for (const pid of childrenOf(third.child.pid)) process.kill(pid, "SIGKILL");
    expect(await third.ended).toEqual({
      code: 1,
      output: expect.stringContaining("DynamoDB Local ended (SIGKILL)"),
    });
  }, 300_000);
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
