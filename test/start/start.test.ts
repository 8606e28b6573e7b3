import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { call } from "../support/contract-client.ts";
import { directRoom, newUsers, password } from "../support/people.ts";
import { startRunnerProcess } from "../support/runner-process.ts";
import { setTarget } from "../support/target.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parley-data-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The ids of all processes that descend from `pid`, which is what Ctrl-C must end. */
function descendants(pid: number): number[] {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        // The fourth field, after the name in parentheses, is the parent. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
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

describe("the data folder", () => {
  test("keeps accounts and messages over a restart", async () => {
    const first = await startRunnerProcess("--data", folder);
    setTarget(first.ready);
    const [ann, ben] = await newUsers(2);
    if (!ann || !ben) throw new Error("no users");
    const roomId = await directRoom(ann, ben);
    const sent = await call("sendMessage", {
      token: ann.token,
      params: { room_id: roomId },
      body: { content: "Still there?" },
    });

    expect(await first.stop()).toBe(0);

    const second = await startRunnerProcess("--data", folder);
    setTarget(second.ready);
    const { access_token: token } = await call("login", { body: { email: ann.email, password } });
    const kept = await call("listMessages", { token, params: { room_id: roomId }, query: { before: 2 } });
    expect(kept.results).toEqual([
      { ...sent, sender: { ...sent.sender, last_seen: kept.results[0]?.sender.last_seen } },
    ]);
    await second.stop();
  });
});

describe("Ctrl-C", () => {
  test("stops every process that was started", async () => {
    const runner = await startRunnerProcess("--data", folder, "--quiet");
    const started = descendants(runner.pid);
    expect(started.length).toBeGreaterThan(0);
    expect(await runner.stop()).toBe(0);
    await expect.poll(() => started.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  });
});

describe("what is wrong with a command line", () => {
  test("is said, with what to do", async () => {
    await expect(startRunnerProcess("--prot", "4000")).rejects.toThrow(/--prot/);
    await expect(startRunnerProcess("--fresh", "-c", "stage=test")).rejects.toThrow(/dev.*prod/);
    await expect(startRunnerProcess("--fresh", "-c", "colour=red")).rejects.toThrow(/colour/);
  });

  test("a port and a data folder that are in use are named", async () => {
    const runner = await startRunnerProcess("--data", folder, "--quiet");
    const { port } = new URL(runner.ready.httpUrl);
    await expect(startRunnerProcess("--fresh", "--port", port)).rejects.toThrow(/--port/);
    await expect(startRunnerProcess("--data", folder)).rejects.toThrow(/--data/);
    await runner.stop();
  });
});
