import { expect } from "vitest";
import type { Answer } from "./contract-client.ts";
import { type FaultSpec, injectFault, listFaults } from "./control.ts";

/** Calls, and has the function end after its call to DynamoDB that is described: the answer is the gateway's own. */
export const cutOff = async (
  run: () => Promise<Answer<unknown>>,
  after: Pick<FaultSpec, "action" | "pk" | "sk" | "function">,
): Promise<void> => {
  await injectFault({ kind: "crash", service: "dynamodb", ...after });
  expect((await run()).status).toBe(500);
  expect((await listFaults()).at(-1)?.hits).toBe(1);
};
