import { expect } from "vitest";
import type { Answer } from "./contract-client.ts";
import { clearFaults, type FaultSpec, injectFault, listFaults } from "./control.ts";

/** Calls, and has the function end after its call to DynamoDB that is described: the answer is the gateway's own. */
export async function cutOff(
  run: () => Promise<Answer<unknown>>,
  after: Pick<FaultSpec, "action" | "pk" | "sk" | "function">,
): Promise<void> {
  await injectFault({ kind: "crash", service: "dynamodb", ...after });
  expect((await run()).status).toBe(500);
  expect((await listFaults()).at(-1)?.hits).toBe(1);
}

/** The fault struck once, or the test has shown nothing. */
export async function struckOnce(): Promise<void> {
  expect((await listFaults()).map(({ hits }) => hits)).toEqual([1]);
  await clearFaults();
}
