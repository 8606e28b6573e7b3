import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { clientFrames } from "../../contract/frames.ts";
import { operations } from "../../contract/operations.ts";
import { bundleFunctions } from "../../lib/bundle.ts";
import { type Ready, type RunnerProcess, startRunnerProcess } from "./runner-process.ts";
import { runnersAtOnce } from "./runners-at-once.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** One for each worker. */
    runners: readonly Ready[];
    /** A folder that gets an empty file for each operation and frame that a test has exercised. */
    exercisedFolder: string;
  }
}

/** Whether no file and no test was left out by the command line. */
const isWholeRun = async (project: TestProject): Promise<boolean> => {
  const { testFiles } = await project.globTestFiles();
  const ran = new Set(project.vitest.state.getFilepaths());
  return project.config.testNamePattern === undefined && testFiles.every((file) => ran.has(file));
};

// The tests that look at rate limits start a runner of their own. The push services of tests are on this machine.
const startSharedRunner = (): Promise<RunnerProcess> =>
  startRunnerProcess(
    "--fresh",
    "--quiet",
    ...["-c", "rateLimitPerSecond=1000", "-c", "rateLimitBurst=5000"],
    ...["-c", "pushToLoopback=true"],
  );

/** All of them, or none: who fails to start one leaves none behind. */
const startSharedRunners = async (): Promise<RunnerProcess[]> => {
  const starts = await Promise.allSettled(Array.from({ length: runnersAtOnce }, startSharedRunner));
  const started = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const failed = starts.find((start) => start.status === "rejected");
  if (!failed) return started;
  await Promise.all(started.map((runner) => runner.stop()));
  throw failed.reason;
};

/** The runners of all tests through the interface; afterwards, whatever none of them used is a failure. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  // Once, before several runners would each make the same.
  await bundleFunctions();
  const exercisedFolder = mkdtempSync(join(tmpdir(), "parley-exercised-"));
  const runners = await startSharedRunners();
  project.provide(
    "runners",
    runners.map(({ ready }) => ready),
  );
  project.provide("exercisedFolder", exercisedFolder);
  return async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    const exercised = new Set(readdirSync(exercisedFolder));
    rmSync(exercisedFolder, { recursive: true, force: true });
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
};
