import { describe, expect, test } from "vitest";
import { costOf, type MeterReport } from "./meter.ts";
import { isKept, rowText } from "./row.ts";
import { tableText } from "./table.ts";

describe("a budget", () => {
  const limits = { wru: 3, rru: 3 };

  test("is kept up to its limit, and broken above it", () => {
    expect(isKept({ name: "send", measured: { wru: 3, rru: 2.5 }, limits })).toBe(true);
    expect(isKept({ name: "send", measured: { wru: 3, rru: 3.5 }, limits })).toBe(false);
  });

  test("is broken if nothing was measured", () => {
    expect(isKept({ name: "send", measured: { wru: 3 }, limits })).toBe(false);
    expect(isKept({ name: "send", measured: { wru: 3, rru: Number.NaN }, limits })).toBe(false);
  });

  test("that is exact is broken on either side", () => {
    const row = (posts: number) => ({ name: "send", measured: { posts }, limits: {}, exactly: { posts: 2 } });
    expect([1, 2, 3].map((posts) => isKept(row(posts)))).toEqual([false, true, false]);
    expect(isKept({ name: "send", measured: {}, limits: {}, exactly: { posts: 0 } })).toBe(false);
  });

  test("is printed with its limits", () => {
    expect(
      rowText({ name: "send", measured: { wru: 4, posts: 2 }, limits: { wru: 3 }, exactly: { posts: 2 } }),
    ).toMatch(/^OVER send +wru 4 \(at most 3\), posts 2 \(exactly 2\)$/);
  });
});

describe("the cost of a request", () => {
  const counts = { invocations: 1, dynamodb_calls: 0, rru: 0, wru: 0, posts: 0, sqs_calls: 0 };
  const call = (
    action: string,
    rru: number,
    started_ms: number,
    ended_ms: number,
    operation = "POST /x",
  ) => ({
    operation,
    service: "dynamodb",
    action,
    rru,
    started_ms,
    ended_ms,
  });
  const report: MeterReport = {
    operations: {
      "POST /x": { ...counts, dynamodb_calls: 4, rru: 2.1, wru: 1, posts: 2, sqs_calls: 3 },
      "queue Deliver": { ...counts, invocations: 2, rru: 5, posts: 200 },
      "stream Derive": { ...counts, invocations: 4, wru: 0.2, dynamodb_calls: 1 },
    },
    calls: [
      call("GetItem", 1, 0, 10),
      call("Query", 0.5, 2, 5),
      call("UpdateItem", 0, 10, 20),
      call("BatchGetItem", 0.6, 21, 30),
      call("Query", 7, 40, 50, "stream Derive"),
    ],
  };
  const cost = costOf(report, 12.4);

  test("is separate from the work behind a queue or the stream", () => {
    expect(cost.request).toEqual({
      invocations: 1,
      calls: 4,
      rru: 2.1,
      wru: 1,
      posts: 2,
      queued: 3,
      batches: 0,
    });
    expect(cost.after).toEqual({
      invocations: 6,
      calls: 1,
      rru: 5,
      wru: 0.2,
      posts: 200,
      queued: 0,
      batches: 2,
    });
  });

  test("has the reads before its last write, its queries and its longest chain of calls", () => {
    expect(cost).toMatchObject({ rruBeforeWrite: 1.5, queries: 1, inSequence: 3, ms: 12 });
  });
});

test("a table has words on the left and numbers on the right of their columns", () => {
  const lines = [
    { what: "send", rru: 3 },
    { what: "join a room", rru: 1234.5 },
  ];
  expect(tableText({ name: "Costs", lines })).toBe(
    ["", "Costs", "what             rru", "send               3", "join a room  1,234.5"].join("\n"),
  );
});
