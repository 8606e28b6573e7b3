import { authOperations } from "./auth.ts";
import { messageOperations } from "./messages.ts";
import type { Operation } from "./operation.ts";
import { roomOperations } from "./rooms.ts";

/** Every operation of the HTTP API, by its id. Functions import those of their own area alone. */
export const operations = {
  ...authOperations,
  ...roomOperations,
  ...messageOperations,
} satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;
