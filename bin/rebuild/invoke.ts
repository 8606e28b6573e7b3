/** Asks the function `rebuild` of a stack. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CommandError, type Place } from "../place.ts";

/** How far the last rebuild of an index is, as the function tells it: nothing but null for one that never was. */
export interface Report {
  readonly index: string;
  /** What it goes through: `user` or `room`. */
  readonly kind: string;
  readonly started_at: string | null;
  readonly updated_at: string | null;
  readonly ended: boolean | null;
  readonly scanned: number | null;
  readonly items: number | null;
  readonly done: number | null;
  readonly set_aside: number | null;
}

export interface Answer {
  /** Whether a rebuild was begun, or is the one that is under way. */
  readonly begun?: boolean;
  readonly rebuilds: readonly Report[];
}

/** Has an index rebuilt; without one, asks how far the last rebuild of each is. */
export const invokeRebuild = async (place: Place, index?: string): Promise<Answer> => {
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
};
