import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import type { Ready } from "./runner-process.ts";

let own: Ready | undefined;

/** The runner of this worker; vitest numbers the workers that run at once from 1 on. */
const shared = (): Ready => {
  const place = Number(process.env.VITEST_POOL_ID);
  const ready = inject("runners")[place - 1];
  if (!ready) throw new Error(`There is no runner for the worker ${place} of vitest.`);
  return ready;
};

/** The runner that the test client speaks to: the one that the test files of a worker share, unless this one has its own. */
export const target = (): Ready => own ?? shared();

/** Has the test client speak to a runner that this test file has started. */
export const setTarget = (ready: Ready): void => {
  own = ready;
};

/** Notes that a test has used something of the contract (see runner-setup.ts). */
export const exercise = (name: string): void => writeFileSync(join(inject("exercisedFolder"), name), "");
