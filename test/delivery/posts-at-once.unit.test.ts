import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test, vi } from "vitest";
import { internals } from "../support/internals.ts";

test("a post that waits while other lanes post keeps its full time", async () => {
  const open: ServerResponse[] = [];
  let posts = 0;
  const gateway = createServer((_, response) => {
    posts += 1;
    open.push(response);
  }).listen(0, "127.0.0.1");
  await vi.waitUntil(() => gateway.listening);
  // Safe: it listens on a port.
  const { port } = gateway.address() as AddressInfo;
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: `http://127.0.0.1:${port}`,
  });
  const { postToConnections } = await internals.sockets();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const connections = Array.from({ length: 50 }, (_, at) => ({ id: `connection-${at}` }));
  const lanes = [1, 2, 3].map(() => postToConnections(connections, () => "{}"));
  for (const _ of lanes) {
    await expect.poll(() => open.length, { timeout: 20_000 }).toBe(50);
    // Less than a post may take, and two of them more.
    vi.advanceTimersByTime(2500);
    for (const response of open.splice(0)) response.end();
  }
  expect(await Promise.all(lanes)).toEqual(lanes.map(() => ({ closed: [], failed: [], untried: [] })));
  expect(posts).toBe(150);
  vi.useRealTimers();
  gateway.close();
});
