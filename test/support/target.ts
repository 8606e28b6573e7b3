import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import type { Ready } from "./runner-process.ts";

let own: Ready | undefined;

/** The runner that the test client speaks to: the one that all test files share, unless this file has its own. */
export const target = (): Ready => own ?? inject("ready");

/** Has the test client speak to a runner that this test file has started; undefined goes back to the shared one. */
export const setTarget = (ready: Ready | undefined): void => {
  own = ready;
};

/** Notes that a test has used something of the contract (see runner-setup.ts). */
export const exercise = (name: string): void => writeFileSync(join(inject("exercisedFolder"), name), "");
