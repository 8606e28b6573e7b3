/** Asks the function `rebuild` of a stack. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { RebuildAnswer } from "../../contract/rebuilds.ts";
import { CommandError, type Place } from "../place.ts";

/** Has an index rebuilt; without one, asks how far the last rebuild of each is. */
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
