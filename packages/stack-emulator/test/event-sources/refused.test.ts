import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { arnOf, type Events, openEvents, stackOf } from "./fixture.ts";

let events: Events;

// A mapping is refused before its stream is looked for: there is none here.
beforeEach(async () => {
  events = await openEvents("http://127.0.0.1:1");
});
afterEach(async () => {
  await events.close();
});

const stream = "arn:aws:dynamodb:us-east-1:000000000000:table/table/stream/2025-01-01T00:00:00.000";
const mapping = (more: Record<string, unknown> = {}) =>
  stackOf({ Mapping: { EventSourceArn: stream, StartingPosition: "TRIM_HORIZON", BatchSize: 10, ...more } });

describe("mappings that Lambda would refuse", () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ["no starting position", { StartingPosition: undefined }, /Mapping: StartingPosition must be/],
    [
      "a filter with an unknown operator",
      { FilterCriteria: { Filters: [{ Pattern: '{"a":[{"like":"x"}]}' }] } },
      /Mapping: filter 1: .*like/,
    ],
    ["another function", { FunctionName: "other" }, /its function other is no function/],
    [
      "a destination that is no queue here",
      { DestinationConfig: { OnFailure: { Destination: arnOf("nowhere") } } },
      /no queue of this template/,
    ],
    [
      "a source of another kind",
      { EventSourceArn: "arn:aws:kinesis:us-east-1:000000000000:stream/s" },
      /not arn:aws:kinesis/,
    ],
  ])("%s", async (_, more, message) => {
    await expect(events.start(mapping(more))).rejects.toThrow(message);
  });

  test("a role without the grants that polling needs", async () => {
    const mayCall = (_: string, action: string) => action !== "dynamodb:GetRecords";
    await expect(events.start(mapping(), undefined, { mayCall })).rejects.toThrow(
      /the execution role of Worker does not have permission to call dynamodb:GetRecords/,
    );
  });
});
