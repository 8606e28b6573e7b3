import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Message } from "../../contract/objects/message.ts";
import { call } from "../support/contract-client.ts";
import { directRoom, password, type TestUser, two } from "../support/people.ts";
import { type RunnerProcess, startRunnerProcess } from "../support/runner-process.ts";
import { setTarget } from "../support/target.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "parley-data-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Returns the ids of all processes that descend from `pid`. Ctrl-C must end them. */
function descendants(pid: number): number[] {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        // The fourth field, after the name in parentheses, is the parent.
        // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === pid;
      } catch {
        return false;
      }
    })
    .map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("npm start with a data folder", () => {
  // In this order: the tests use one runner from its start to its next one.
  let runner: RunnerProcess;
  let ann: TestUser;
  let sent: Message;
  afterAll(() => runner.stop());

  test("names a port and a data folder that are in use", async () => {
    runner = await startRunnerProcess("--data", folder);
    setTarget(runner.ready);
    const { port } = new URL(runner.ready.httpUrl);
    await expect(startRunnerProcess("--fresh", "--port", port)).rejects.toThrow(/--port/);
    await expect(startRunnerProcess("--data", folder)).rejects.toThrow(/--data/);
  });

  test("stops every process that it started at Ctrl-C", async () => {
    const [user, ben] = await two();
    ann = user;
    const params = { room_id: await directRoom(ann, ben) };
    sent = await call("sendMessage", { token: ann.token, params, body: { content: "Still there?" } });

    const started = descendants(runner.pid);
    expect(started.length).toBeGreaterThan(0);
    expect(await runner.stop()).toBe(0);
    await expect.poll(() => started.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  });

  test("keeps accounts and messages over a restart", async () => {
    runner = await startRunnerProcess("--data", folder);
    setTarget(runner.ready);
    const { access_token: token } = await call("login", { body: { email: ann.email, password } });
    const kept = await call("listMessages", {
      token,
      params: { room_id: sent.room },
      query: { before: 2 },
    });
    expect(kept.results).toEqual([
      { ...sent, sender: { ...sent.sender, last_seen: kept.results[0]?.sender.last_seen } },
    ]);
  });
});

test("npm start reports a wrong command line, and what to do", async () => {
  await expect(startRunnerProcess("--prot", "4000")).rejects.toThrow(/--prot/);
  await expect(startRunnerProcess("--fresh", "-c", "stage=test")).rejects.toThrow(/dev.*prod/);
  await expect(startRunnerProcess("--fresh", "-c", "colour=red")).rejects.toThrow(/colour/);
});
