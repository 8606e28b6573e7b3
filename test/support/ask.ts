import { setTimeout as sleep } from "node:timers/promises";
import type { OperationId } from "../../contract/operations.ts";
import { type Answer, attempt, type CallInput } from "./contract-client.ts";

const tries = 30;
/** Seconds to wait after a failure that names no time. */
const failurePause = 0.2;

/**
 * Calls an operation as a good client does. If the service is busy or fails, calls again after the
 * time that the answer names. Every such call may be repeated.
 */
export async function ask<Id extends OperationId>(
  id: Id,
  input: CallInput,
  onFailure: () => void = () => {},
): Promise<Awaited<ReturnType<typeof attempt<Id>>>> {
  for (let made = 1; ; made += 1) {
    const answer: Answer<unknown> = await attempt(id, input);
    const again = answer.status === 429 || answer.status >= 500;
    if (again) onFailure();
    // Safe: attempt returned it for this operation.
    if (!again || made === tries) return answer as Awaited<ReturnType<typeof attempt<Id>>>;
    await sleep(Number(answer.headers.get("retry-after") ?? failurePause) * 1000);
  }
}
