import { expect } from "vitest";
import type { Answer } from "./contract-client.ts";
import { clearFaults, type FaultSpec, injectFault, listFaults } from "./control.ts";

/**
 * Runs a call whose function ends after the named call to DynamoDB: the gateway answers 500 by
 * itself.
 */
export async function cutOff(
  run: () => Promise<Answer<unknown>>,
  after: Pick<FaultSpec, "action" | "pk" | "sk" | "function">,
): Promise<void> {
  await injectFault({ kind: "crash", service: "dynamodb", ...after });
  expect((await run()).status).toBe(500);
  expect((await listFaults()).at(-1)?.hits).toBe(1);
}

/** Checks that the fault hit once, without which the test has shown nothing, and removes it. */
export async function expectOneHit(): Promise<void> {
  expect((await listFaults()).map(({ hits }) => hits)).toEqual([1]);
  await clearFaults();
}
