import { describe, expect, test } from "vitest";
import { accessLogBytes, functionMilliseconds, invocationLogBytes } from "./costs/assumptions.ts";
import { connectedForAMonth, type MessageCounts, partsOf, storageOf, totalOf } from "./costs/costs.ts";
import { inboxCounts, measuredCounts, scanCounts } from "./costs/designs.ts";

const size = { itemBytes: 700, eventBytes: 1000 };

describe("the costs of a million messages", () => {
  const counts: MessageCounts = {
    httpRequests: 1,
    frames: 0,
    invocations: 1.5,
    functionMs: 60,
    calls: 6,
    wru: 3,
    rru: 27,
    posts: 20,
    eventBytes: 1500,
    queueRequests: 0.4,
    logBytes: 1200,
    storedBytes: 800,
  };

  test("are each part's count at its price", () => {
    const parts = partsOf(counts);
    expect(parts["API requests"]).toBeCloseTo(1, 9);
    expect(parts["Lambda requests"]).toBeCloseTo(0.3, 9);
    // 60 ms of half a GB: 30,000 GB-seconds.
    expect(parts["Lambda time"]).toBeCloseTo(0.400002, 9);
    expect(parts.writes).toBeCloseTo(1.875, 9);
    expect(parts.reads).toBeCloseTo(3.375, 9);
    expect(parts.deliveries).toBeCloseTo(20, 9);
    expect(parts.SQS).toBeCloseTo(0.2, 9);
    // 1.2 GB.
    expect(parts.logs).toBeCloseTo(0.6, 9);
    // 30 GB.
    expect(parts["data out"]).toBeCloseTo(2.7, 9);
    expect(totalOf(parts)).toBeCloseTo(30.450002, 9);
  });

  test("count a frame as a message of the socket, and each 32 KB of an event as one", () => {
    expect(partsOf({ ...counts, httpRequests: 0, frames: 1 })["API requests"]).toBeCloseTo(1, 9);
    expect(partsOf({ ...counts, eventBytes: 32_768 }).deliveries).toBeCloseTo(20, 9);
    expect(partsOf({ ...counts, eventBytes: 32_769 }).deliveries).toBeCloseTo(40, 9);
  });

  test("of storage are for 0.8 GB, at 45 cents with its recovery", () => {
    expect(storageOf(counts)).toBeCloseTo(0.36, 9);
  });

  test("of connections are for a thousand in a month of 43,800 minutes", () => {
    expect(connectedForAMonth(1000)).toBeCloseTo(10.95, 9);
  });
});

test("functions take 50 ms each, and 5 ms for each post and each call beyond those of a send", () => {
  expect(functionMilliseconds({ invocations: 1, calls: 6, posts: 2 })).toBe(60);
  expect(functionMilliseconds({ invocations: 2, calls: 16, posts: 20 })).toBe(250);
  expect(functionMilliseconds({ invocations: 1, calls: 1, posts: 0 })).toBe(50);
});

test("a line of the access log is as long as its fields, and an unknown field throws", () => {
  // {"method":"POST","status":"201"} and 26 bytes of the event.
  expect(accessLogBytes(["method", "status"])).toBe(32 + 26);
  expect(() => accessLogBytes(["cookie"])).toThrow("cookie");
});

describe("the counts of a message", () => {
  test("as measured: the request and the work behind it, shared among the sends, each batch received and deleted", () => {
    const counts = { invocations: 20, calls: 120, rru: 60, wru: 60, posts: 0, queued: 60, batches: 0 };
    const after = { invocations: 10, calls: 0, rru: 20, wru: 0, posts: 10_000, queued: 0, batches: 10 };
    expect(
      measuredCounts({ sends: 20, request: counts, after, printedBytes: 200, accessLogBytes: 400 }, size),
    ).toEqual({
      httpRequests: 1,
      frames: 0,
      invocations: 1.5,
      calls: 6,
      posts: 500,
      functionMs: 75 + 2500,
      wru: 3,
      rru: 4,
      eventBytes: 1000,
      queueRequests: 3 + 1,
      logBytes: 400 + 1.5 * invocationLogBytes + 10,
      storedBytes: 800,
    });
  });

  test("if connections are scanned: every connection is read and posted to", () => {
    // 1,020 connections of 28 bytes are 28,560 bytes: 7 times 4 KB, at half a unit each.
    expect(scanCounts({ connected: 20, others: 1000 }, size)).toMatchObject({
      frames: 1,
      rru: 3.5,
      posts: 1020,
      functionMs: 5150,
      wru: 0,
      storedBytes: 0,
    });
    expect(scanCounts({ connected: 2, others: 0 }, size)).toMatchObject({ rru: 0.5, posts: 2 });
  });

  test("if each member has an inbox: a row is written and kept for each of them", () => {
    // 1,000 members: 25 times 4 KB of rows, and 1,000 connections to read; 40 batches of writes, 10
    // of reads.
    expect(inboxCounts({ members: 1000, connected: 100 }, size, 400)).toMatchObject({
      wru: 1000,
      rru: 12.5 + 500,
      posts: 100,
      functionMs: 50 + 5 * (100 + 45),
      storedBytes: 800_000,
    });
    expect(inboxCounts({ members: 2, connected: 2 }, { ...size, itemBytes: 1025 }, 400).wru).toBe(4);
  });
});
