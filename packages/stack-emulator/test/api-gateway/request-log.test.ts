import { afterAll, beforeAll, expect, test } from "vitest";
import { createRequestLog } from "../../src/control/request-log.ts";
import { httpApi, webSocketApi } from "../support/resources.ts";
import { type Served, serve } from "../support/serve.ts";
import { openClient, refusalOf } from "./websocket-client.ts";

let served: Served;
let lines: string[] = [];

const requestLog = createRequestLog({ unitsOf: () => ({ rru: 1.5, wru: 2 }) }, (line) => {
  lines.push(line.replace(/ \d+ ms/, " N ms"));
});

beforeAll(async () => {
  const messagesFunction = `export const handler = async (event) => {
    if (event.body === "fail") throw new Error("failed");
    return { statusCode: event.queryStringParameters?.refuse ? 403 : 201 };
  };`;
  served = await serve({
    functions: { MessagesFunction: messagesFunction, FrameFunction: messagesFunction },
    resources: {
      ...httpApi({ routes: { "POST /rooms/{id}": { function: "MessagesFunction" } } }),
      ...webSocketApi({
        routes: {
          $connect: { function: "FrameFunction" },
          $default: { function: "FrameFunction" },
          $disconnect: { function: "FrameFunction" },
        },
      }),
    },
    onAnswered: requestLog.answered,
    onInvoke: (caller, gatewayRequestId) => {
      if (gatewayRequestId !== undefined) requestLog.invoked(caller, gatewayRequestId);
    },
  });
});
afterAll(() => served.close());

test("each request is a line with its status, its function and the units that it consumed", async () => {
  lines = [];
  await fetch(`${served.httpUrl}/rooms/1?q=1`, { method: "POST" });
  await fetch(`${served.httpUrl}/rooms/1`, { method: "POST", body: "fail" });
  await fetch(`${served.httpUrl}/nowhere`);
  await expect
    .poll(() => lines)
    .toEqual([
      "POST /rooms/1 201 N ms messages 1.5 rru 2 wru",
      "POST /rooms/1 500 N ms messages 1.5 rru 2 wru",
      "GET /nowhere 404 N ms -",
    ]);
});

test("each frame, and the beginning and the end of a connection, is a line", async () => {
  lines = [];
  await refusalOf(`${served.webSocketUrl}?refuse=1`);
  const client = await openClient(served.webSocketUrl);
  client.socket.send('{"type":"typing"}');
  await expect.poll(() => lines.length).toBe(3);
  client.socket.send("fail");
  await expect.poll(() => lines.length).toBe(4);
  client.socket.close();
  await expect
    .poll(() => lines)
    .toEqual([
      "$connect /live 403 N ms frame 1.5 rru 2 wru",
      "$connect /live 101 N ms frame 1.5 rru 2 wru",
      "frame typing 201 N ms frame 1.5 rru 2 wru",
      "frame (none) 500 N ms frame 1.5 rru 2 wru",
      "$disconnect /live 200 N ms frame 1.5 rru 2 wru",
    ]);
});
