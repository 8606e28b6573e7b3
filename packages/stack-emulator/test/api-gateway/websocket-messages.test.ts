import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type WebSocketApiShape, webSocketApi } from "../support/resources.ts";
import { ECHO, type Served, type ServeOptions, serve } from "../support/serve.ts";
import { type Client, openClient } from "./websocket-client.ts";

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

async function start(
  routes: WebSocketApiShape["routes"],
  functions: Record<string, string>,
  more: Partial<ServeOptions> & { integration?: Record<string, unknown> } = {},
): Promise<Served> {
  const { integration, ...options } = more;
  const resources = webSocketApi({ routes, ...(integration && { integration }) });
  served = await serve({ functions, resources, ...options });
  return served;
}

const echo = { $default: { function: "Echo", returnsResponse: true } };
const DISCONNECTED = `export const handler = async ({ requestContext: c }) => {
  console.log(c.eventType, c.routeKey, c.disconnectStatusCode, c.disconnectReason, c.connectionId);
  return { statusCode: 200 };
};`;
const logged = { $default: { function: "Echo", returnsResponse: true }, $disconnect: { function: "Gone" } };

async function ask(client: Client, frame: string): Promise<Record<string, unknown>> {
  client.socket.send(frame);
  return JSON.parse(await client.next());
}

describe("a frame", () => {
  test("reaches the route that its body selects", async () => {
    const routes = {
      $connect: { function: "Echo" },
      hello: { function: "Echo", returnsResponse: true },
      $default: { function: "Echo", returnsResponse: true },
    };
    const { webSocketUrl } = await start(routes, { Echo: ECHO });
    const client = await openClient(webSocketUrl);
    const routeOf = async (frame: string) => {
      const { requestContext, body } = await ask(client, frame);
      expect(body).toBe(frame);
      return (requestContext as { routeKey: string }).routeKey; // The event of an echo.
    };
    expect(await routeOf('{"type":"hello"}')).toBe("hello");
    expect(await routeOf('{"type":"other"}')).toBe("$default");
    expect(await routeOf('{"type":"$connect"}')).toBe("$default");
    expect(await routeOf("[]")).toBe("$default");
    expect(await routeOf("no JSON")).toBe("$default");
  });

  test("is an event with the connection’s facts", async () => {
    const { webSocketUrl } = await start(echo, { Echo: ECHO });
    const client = await openClient(webSocketUrl);
    expect(await ask(client, '{"type":"x"}')).toEqual({
      requestContext: {
        routeKey: "$default",
        messageId: expect.any(String),
        eventType: "MESSAGE",
        extendedRequestId: expect.any(String),
        requestId: expect.any(String),
        requestTime: expect.any(String),
        requestTimeEpoch: expect.any(Number),
        messageDirection: "IN",
        stage: "live",
        connectedAt: expect.any(Number),
        connectionId: expect.stringMatching(/^[\w-]{15}=$/),
        domainName: new URL(webSocketUrl).host,
        apiId: expect.any(String),
        identity: { sourceIp: "127.0.0.1", userAgent: "" },
      },
      body: '{"type":"x"}',
      isBase64Encoded: false,
    });
  });

  test("is answered only by a route with a route response", async () => {
    const { webSocketUrl } = await start({ quiet: { function: "Echo" }, ...echo }, { Echo: ECHO });
    const client = await openClient(webSocketUrl);
    client.socket.send('{"type":"quiet"}');
    expect(await ask(client, '{"type":"loud"}')).toMatchObject({ body: '{"type":"loud"}' });
  });

  test("without a route is forbidden", async () => {
    const { webSocketUrl } = await start({ hello: { function: "Echo" } }, { Echo: ECHO });
    const client = await openClient(webSocketUrl);
    const error = { message: "Forbidden", connectionId: expect.any(String), requestId: expect.any(String) };
    expect(await ask(client, '{"type":"other"}')).toEqual(error);
  });

  test("whose function fails is answered by the gateway, and the connection stays", async () => {
    const source = `export const handler = async ({ body }) => {
      if (body === 'throw') throw new Error('the secret');
      if (body === 'exit') process.exit(1);
      if (body === 'nothing') return;
      return { statusCode: 200, body: 'fine' };
    };`;
    const { webSocketUrl } = await start(echo, { Echo: source });
    const client = await openClient(webSocketUrl);
    const error = {
      message: "Internal server error",
      connectionId: expect.any(String),
      requestId: expect.any(String),
    };
    for (const frame of ["throw", "exit", "nothing"]) expect(await ask(client, frame)).toEqual(error);
    client.socket.send("good");
    expect(await client.next()).toBe("fine");
  });

  test("that takes too long is answered by the gateway", async () => {
    const source = "export const handler = () => new Promise((resolve) => setTimeout(resolve, 2000));";
    const { webSocketUrl } = await start(echo, { Echo: source }, { integration: { TimeoutInMillis: 50 } });
    const client = await openClient(webSocketUrl);
    expect(await ask(client, "x")).toMatchObject({ message: "Endpoint request timed out" });
  });

  test("does not wait for the one before it", async () => {
    const source = `export const handler = async ({ body }) => {
      if (body === 'slow') await new Promise(() => setInterval(() => {}, 1000));
      return { statusCode: 200, body };
    };`;
    const { webSocketUrl } = await start(echo, { Echo: source });
    const client = await openClient(webSocketUrl);
    client.socket.send("slow");
    client.socket.send("quick");
    expect(await client.next()).toBe("quick");
  });
});

describe("the gateway closes", () => {
  test("with 1009 on a frame over 32 KB, though the message may have 128", async () => {
    const source =
      "export const handler = async ({ body }) => ({ statusCode: 200, body: String(body.length) });";
    const { webSocketUrl } = await start(echo, { Echo: source });
    const client = await openClient(webSocketUrl);
    const frame = "x".repeat(32 * 1024);
    for (const fin of [false, false, false, true]) client.socket.send(frame, { fin });
    expect(await client.next()).toBe(String(128 * 1024));
    client.socket.send(`${frame}y`);
    expect((await client.closed).code).toBe(1009);
  });

  test("with 1009 on a message over 128 KB", async () => {
    const { webSocketUrl, logs } = await start(logged, { Echo: ECHO, Gone: DISCONNECTED });
    const client = await openClient(webSocketUrl);
    const frame = "x".repeat(32 * 1024);
    for (const fin of [false, false, false, false, true]) client.socket.send(frame, { fin });
    expect((await client.closed).code).toBe(1009);
    await expect.poll(() => logs.join()).toContain("DISCONNECT $disconnect 1009");
  });

  test("with 1003 on a binary frame", async () => {
    const { webSocketUrl } = await start(echo, { Echo: ECHO });
    const client = await openClient(webSocketUrl);
    client.socket.send(Buffer.from([1, 2, 3]));
    expect((await client.closed).code).toBe(1003);
  });

  test("with 1001 after ten idle minutes; frames in both directions put it off", async () => {
    const { webSocketUrl, clock, connections, logs } = await start(logged, {
      Echo: ECHO,
      Gone: DISCONNECTED,
    });
    const client = await openClient(webSocketUrl);
    const minutes = (count: number) => clock.advance(count * 60 * 1000);
    minutes(9);
    const { requestContext } = await ask(client, "x");
    minutes(9);
    const { connectionId } = requestContext as { connectionId: string }; // The event of an echo.
    expect(connections.post(connectionId, Buffer.from("y"))).toBe("ok");
    minutes(9);
    expect(connections.get(connectionId)).toBeDefined();
    minutes(1);
    expect(await client.closed).toEqual({ code: 1001, reason: "Going away" });
    expect(connections.post(connectionId, Buffer.from("z"))).toBe("gone");
    await expect.poll(() => logs).toEqual([`Gone: DISCONNECT $disconnect 1001 Going away ${connectionId}`]);
  });

  test("with 1001 after two hours, however busy", async () => {
    const { webSocketUrl, clock } = await start(echo, { Echo: ECHO });
    const client = await openClient(webSocketUrl);
    for (let minute = 0; minute < 119; minute += 7) {
      clock.advance(7 * 60 * 1000);
      if (minute < 112) await ask(client, "x");
    }
    clock.advance(60 * 1000);
    expect((await client.closed).code).toBe(1001);
  });

  test("by itself, with limits that are shortened", async () => {
    const { webSocketUrl } = await start(echo, { Echo: ECHO }, { limits: { idleMs: 100 } });
    const client = await openClient(webSocketUrl);
    expect((await client.closed).code).toBe(1001);
  });
});

describe("the management API", () => {
  test("posts, tells and closes", async () => {
    const { webSocketUrl, connections, logs } = await start(logged, { Echo: ECHO, Gone: DISCONNECTED });
    const client = await openClient(webSocketUrl, [], { headers: { "user-agent": "tester" } });
    const { requestContext } = await ask(client, "x");
    const { connectionId } = requestContext as { connectionId: string }; // The event of an echo.
    expect(connections.get(connectionId)).toEqual({
      connectedAt: expect.stringMatching(/^\d{4}-.+Z$/),
      lastActiveAt: expect.stringMatching(/^\d{4}-.+Z$/),
      identity: { sourceIp: "127.0.0.1", userAgent: "tester" },
    });
    expect(connections.post(connectionId, Buffer.from("é"))).toBe("ok");
    expect(await client.next()).toBe("é");
    expect(connections.post(connectionId, Buffer.alloc(128 * 1024 + 1))).toBe("too-large");
    expect(connections.close(connectionId)).toBe(true);
    expect((await client.closed).code).toBe(1000);
    expect(connections.close(connectionId)).toBe(false);
    expect(connections.get(connectionId)).toBeUndefined();
    expect(connections.post("unknown", Buffer.from("x"))).toBe("gone");
    await expect.poll(() => logs.join()).toContain("DISCONNECT $disconnect 1000");
  });

  test("is told to slow down by a client that does not read", async () => {
    const { webSocketUrl, connections } = await start(echo, { Echo: ECHO });
    const client = await openClient(webSocketUrl);
    const { requestContext } = await ask(client, "x");
    const { connectionId } = requestContext as { connectionId: string }; // The event of an echo.
    client.socket.pause();
    const data = Buffer.alloc(128 * 1024, "x");
    const outcomes = new Set<string>();
    for (let count = 0; count < 500; count++) outcomes.add(connections.post(connectionId, data));
    expect([...outcomes]).toEqual(["ok", "limit-exceeded"]);
  });
});

test("$disconnect tells how the client left", async () => {
  const { webSocketUrl, logs } = await start(logged, { Echo: ECHO, Gone: DISCONNECTED });
  const leave = async (how: (client: Client) => void) => {
    const client = await openClient(webSocketUrl);
    how(client);
    await client.closed;
    const count = logs.length;
    await expect.poll(() => logs.length).toBe(count + 1);
    return logs.at(-1);
  };
  expect(await leave(({ socket }) => socket.close())).toContain(
    "1005 Client-side close frame status not set",
  );
  expect(await leave(({ socket }) => socket.close(4000, "bye"))).toContain("4000 bye");
  expect(await leave(({ socket }) => socket.terminate())).toContain("1006");
});

test("a client that resets its connection while $connect runs harms no other client", async () => {
  const routes = { $connect: { function: "Connect" }, $disconnect: { function: "Gone" } };
  const slow = `export const handler = async () => {
    console.log('connecting');
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { statusCode: 200 };
  };`;
  const { webSocketUrl, logs } = await start(routes, { Connect: slow, Gone: DISCONNECTED });
  const { hostname, port, host } = new URL(webSocketUrl);
  const socket = connect(Number(port), hostname);
  const lines = [
    "GET /live HTTP/1.1",
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  await expect.poll(() => logs).toEqual(["Connect: connecting"]);
  socket.resetAndDestroy();
  await expect.poll(() => logs.join()).toContain("DISCONNECT $disconnect 1006");
});
