import type { Server } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createClock } from "../../src/clock.ts";
import { createControlServer } from "../../src/control/create-control-server.ts";
import { createLogs } from "../../src/control/logs.ts";
import { listen, stopListening } from "../../src/listen.ts";
import { createFaults } from "../../src/proxy/faults.ts";
import { createMeter } from "../../src/proxy/meter.ts";

const meter = createMeter();
const logs = createLogs();
const clock = createClock();
let waiting: string[] = [];
let server: Server;
let url: string;

beforeEach(async () => {
  server = createControlServer({
    meter,
    faults: createFaults(),
    clock,
    mail: { list: () => [{ code: "123456" }] },
    logs,
    published: () => [{ message: "Hello" }],
    waitingFor: () => waiting,
  });
  url = `http://127.0.0.1:${await listen(server, 0)}`;
});
afterEach(() => stopListening(server));

async function call(method: string, path: string, body?: unknown): Promise<[number, unknown]> {
  const response = await fetch(url + path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return [response.status, text === "" ? undefined : JSON.parse(text)];
}

test("the meter is read and reset", async () => {
  meter.invoked("MessagesFunction", "POST /x");
  const [status, report] = await call("GET", "/meter");
  expect(status).toBe(200);
  expect(report).toMatchObject({ operations: { "POST /x": { invocations: 1 } } });
  expect(await call("POST", "/meter/reset")).toEqual([204, undefined]);
  expect(await call("GET", "/meter")).toEqual([200, { operations: {}, functions: {}, calls: [] }]);
});

test("faults are added, listed and removed", async () => {
  const [status, fault] = await call("POST", "/faults", {
    kind: "throttle",
    service: "dynamodb",
    action: "UpdateItem",
  });
  expect([status, fault]).toEqual([201, expect.objectContaining({ id: expect.any(String), hits: 0 })]);
  const { id } = fault as { id: string }; // Just seen to be there.
  expect(await call("GET", "/faults")).toEqual([200, [fault]]);
  expect(await call("DELETE", `/faults/${id}`)).toEqual([204, undefined]);
  expect(await call("DELETE", `/faults/${id}`)).toEqual([404, { message: `There is no fault ${id}.` }]);
  await call("POST", "/faults", { kind: "lose", service: "s3" });
  expect(await call("DELETE", "/faults")).toEqual([204, undefined]);
  expect(await call("GET", "/faults")).toEqual([200, []]);
  expect(await call("POST", "/faults", { kind: "explode" })).toEqual([
    400,
    { message: expect.stringContaining("kind") },
  ]);
});

test("the clock moves ahead, never back", async () => {
  const before = clock.offsetMs;
  const [status, moved] = await call("POST", "/clock", { advance_ms: 1000 });
  expect([status, moved]).toEqual([200, { now: expect.any(Number), offset_ms: before + 1000 }]);
  expect((await call("POST", "/clock", { advance_ms: -1 }))[0]).toBe(400);
  expect((await call("POST", "/clock", {}))[0]).toBe(400);
});

test("whether anything is under way", async () => {
  expect(await call("GET", "/idle")).toEqual([200, { idle: true, waiting_for: [] }]);
  waiting = ["2 invocations"];
  expect(await call("GET", "/idle")).toEqual([200, { idle: false, waiting_for: ["2 invocations"] }]);
});

test("mail and what was published can be read; other paths and browsers get nothing", async () => {
  expect(await call("GET", "/mail")).toEqual([200, [{ code: "123456" }]]);
  expect(await call("GET", "/published")).toEqual([200, [{ message: "Hello" }]]);
  expect((await call("GET", "/nothing"))[0]).toBe(404);
  const fromBrowser = await fetch(`${url}/meter`, { headers: { origin: "https://evil.example" } });
  expect(fromBrowser.status).toBe(403);
});

test("what functions print is found by either id of its request", async () => {
  const printed = { at: "2025-01-01T00:00:00.000Z", function: "f", error: false, text: "hello" };
  const first = { ...printed, request_id: "1", gateway_request_id: "g=1" };
  const second = { ...printed, request_id: "2", gateway_request_id: null };
  for (const text of [first, second]) logs.add(text);
  expect(await call("GET", "/logs")).toEqual([200, [first, second]]);
  expect(await call("GET", "/logs?request_id=g%3D1")).toEqual([200, [first]]);
  expect(await call("GET", "/logs?request_id=2")).toEqual([200, [second]]);
  expect(await call("GET", "/logs?request_id=none")).toEqual([200, []]);
});
