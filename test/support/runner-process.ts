import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The content of the runner's ready file. */
export interface Ready {
  readonly httpUrl: string;
  readonly webSocketUrl: string;
  readonly userPoolId: string;
  readonly userPoolClientId: string;
  readonly controlUrl: string;
  readonly awsUrl: string;
  readonly tableName: string;
  readonly operator: {
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly outputs: Readonly<Record<string, string>>;
}

export interface RunnerProcess {
  readonly ready: Ready;
  readonly pid: number;
  /** Returns everything that it has printed so far. */
  output(): string;
  /** Ends it as Ctrl-C does, and returns its exit code. */
  stop(): Promise<number | null>;
}

const startLimit = 60_000;

function readReady(file: string): Ready | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Starts the local runner as `npm start` does, with further arguments, and waits for its ready
 * file. It starts cold: most of these runners serve a few functions.
 */
export async function startRunnerProcess(...args: string[]): Promise<RunnerProcess> {
  const folder = mkdtempSync(join(tmpdir(), "parley-test-"));
  const readyFile = join(folder, "ready.json");
  const child = spawn(
    process.execPath,
    ["local/main.ts", "--port", "0", "--no-watch", "--cold", "--ready-file", readyFile, ...args],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (process.env.PARLEY_TEST_LOG) process.stderr.write(chunk);
    });
  const exited = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => resolve(code));
  });
  const stop = async (): Promise<number | null> => {
    child.kill("SIGINT");
    const code = await exited;
    rmSync(folder, { recursive: true, force: true });
    return code;
  };
  const deadline = Date.now() + startLimit;
  while (child.exitCode === null && Date.now() < deadline) {
    const ready = readReady(readyFile);
    if (ready && child.pid) return { ready, pid: child.pid, output: () => output, stop };
    await sleep(50);
  }
  await stop();
  throw new Error(`The runner did not get ready. It printed:\n${output}`);
}
