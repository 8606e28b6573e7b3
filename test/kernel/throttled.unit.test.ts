import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { isThrottled } from "../support/internals.ts";

function cancelled(...codes: string[]) {
  return new TransactionCanceledException({
    $metadata: {},
    message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(", ")}]`,
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
}

describe("a transaction that was cancelled", () => {
  test("was throttled if its reasons say that the table is busy", () => {
    for (const code of ["ThrottlingError", "ProvisionedThroughputExceeded", "TransactionConflict"])
      expect(isThrottled(cancelled("None", code)), code).toBe(true);
  });

  test("was not if a reason would hold the next time too, or if there is no reason", () => {
    for (const codes of [
      ["None", "ValidationError"],
      ["ConditionalCheckFailed", "None"],
      ["TransactionConflict", "ItemCollectionSizeLimitExceeded"],
      ["None"],
      [],
    ])
      expect(isThrottled(cancelled(...codes)), codes.join()).toBe(false);
  });
});
