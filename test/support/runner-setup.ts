import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { clientFrames } from "../../contract/frames.ts";
import { operations } from "../../contract/operations.ts";
import { synthesize } from "../../local/synthesize.ts";
import { type Ready, type RunnerProcess, startRunnerProcess } from "./runner-process.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** One for each worker. */
    runners: readonly Ready[];
    /** A folder with an empty file for each operation and frame that a test has exercised. */
    exercisedFolder: string;
  }
}

/** Returns whether the command line left out no file and no test. */
async function isWholeRun(project: TestProject): Promise<boolean> {
  const { testFiles } = await project.globTestFiles();
  const ran = new Set(project.vitest.state.getFilepaths());
  return project.config.testNamePattern === undefined && testFiles.every((file) => ran.has(file));
}

/**
 * The tests of rate limits start a runner of their own. The push services of the tests are on this
 * machine.
 */
const props = { rateLimitPerSecond: "1000", rateLimitBurst: "5000", pushToLoopback: "true" };

/** Starts all runners, or none: if one fails to start, the others are stopped. */
async function startSharedRunners(count: number, template: string): Promise<RunnerProcess[]> {
  const start = () => startRunnerProcess("--fresh", "--quiet", "--template", template);
  const starts = await Promise.allSettled(Array.from({ length: count }, start));
  const started = starts.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = starts.find((one) => one.status === "rejected");
  if (!failed) return started;
  await Promise.all(started.map((runner) => runner.stop()));
  throw failed.reason;
}

/**
 * Starts a runner for each worker; afterwards, an operation or frame that no test has exercised is
 * a failure.
 */
export default async function startForTests(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "parley-tests-"));
  const [template, exercisedFolder] = [join(folder, "cdk.out"), join(folder, "exercised")];
  mkdirSync(exercisedFolder);
  // Once for all runners: it is a quarter of what the start of each would take.
  await synthesize(template, props);
  const runners = await startSharedRunners(project.vitest.config.maxWorkers, template);
  project.provide(
    "runners",
    runners.map(({ ready }) => ready),
  );
  project.provide("exercisedFolder", exercisedFolder);
  return async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    const exercised = new Set(readdirSync(exercisedFolder));
    rmSync(folder, { recursive: true, force: true });
    const declared = [
      ...Object.keys(operations),
      ...Object.keys(clientFrames).map((type) => `frame-${type}`),
    ];
    const missed = declared.filter((name) => !exercised.has(name));
    if (missed.length > 0 && (await isWholeRun(project))) {
      process.exitCode = 1;
      throw new Error(`No test has exercised ${missed.join(", ")}.`);
    }
  };
}
