/**
 * Starts a runner to measure, with an issuer of its own, a client, the meter and the table behind
 * them.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { startIssuer } from "../support/issuer.ts";
import { startRunnerProcess } from "../support/runner-process.ts";
import { createClient } from "./client.ts";
import { createMeter } from "./meter.ts";
import { say } from "./progress.ts";

/**
 * Rate limits that no bench reaches, and an idle time in which no connection is closed while others
 * are opened.
 */
const flags = [
  ...["-c", "rateLimitPerSecond=1000", "-c", "rateLimitBurst=10000"],
  ...["--idle-seconds", "7200"],
];

export type Bench = Awaited<ReturnType<typeof openBench>>;

async function openBench() {
  say("starting a runner");
  const issuer = await startIssuer();
  const runner = await startRunnerProcess(
    ...["--fresh", ...flags, "-c", `issuerUrl=${issuer.url}`, "-c", `audience=${issuer.audience}`],
  );
  const { ready } = runner;
  const { region, ...credentials } = ready.operator;
  const table = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: ready.awsUrl, region, credentials }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
  return {
    ...createClient(ready, issuer),
    ...createMeter(ready.controlUrl, runner.output),
    /** The table itself: neither policies nor the meter see these calls. */
    table,
    tableName: ready.tableName,
    /**
     * Returns everything that the runner has printed. Functions print the lines that AWS would
     * write to their logs.
     */
    output: runner.output,
    close: async (): Promise<void> => {
      table.destroy();
      await runner.stop();
      issuer.stop();
    },
  };
}

/** Measures something on a runner of its own. */
export async function withBench<T>(work: (bench: Bench) => Promise<T>): Promise<T> {
  const bench = await openBench();
  try {
    return await work(bench);
  } finally {
    await bench.close();
  }
}
