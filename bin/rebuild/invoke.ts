/** Calls the function `rebuild` of a stack. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { RebuildAnswer } from "../../contract/rebuilds.ts";
import { CommandError, type Place } from "../place.ts";

/**
 * Starts a rebuild of an index. Without an index, returns the progress of the last rebuild of each.
 */
export async function invokeRebuild(place: Place, index?: string): Promise<RebuildAnswer> {
  const { FunctionError, Payload } = await new LambdaClient(place.client).send(
    new InvokeCommand({
      FunctionName: place.output("RebuildFunctionName"),
      Payload: JSON.stringify(index === undefined ? {} : { index }),
    }),
  );
  const answer = JSON.parse(Payload?.transformToString() ?? "{}");
  if (FunctionError !== undefined)
    throw new CommandError(`The function rebuild failed: ${answer.errorMessage}. Its log says more.`);
  return answer;
}
