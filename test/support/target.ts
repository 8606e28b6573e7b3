import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import type { Ready } from "./runner-process.ts";

let own: Ready | undefined;

/**
 * Returns the runner of this worker. Vitest numbers the workers that run at the same time from 1.
 */
function sharedRunner(): Ready {
  const place = Number(process.env.VITEST_POOL_ID);
  const ready = inject("runners")[place - 1];
  if (!ready) throw new Error(`There is no runner for the worker ${place} of vitest.`);
  return ready;
}

/**
 * Returns the runner that the test client calls: the one this file has started, otherwise the one
 * of the worker.
 */
export function target(): Ready {
  return own ?? sharedRunner();
}

/** Makes the test client call a runner that this test file has started. */
export function setTarget(ready: Ready): void {
  own = ready;
}

const exercised = new Set<string>();

/** Records that a test has exercised an operation or a frame (see runner-setup.ts). */
export function exercise(name: string): void {
  if (exercised.has(name)) return;
  exercised.add(name);
  writeFileSync(join(inject("exercisedFolder"), name), "");
}
