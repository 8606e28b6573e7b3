import { afterEach, describe, expect, test } from "vitest";
import { type WebSocketApiShape, webSocketApi } from "../support/resources.ts";
import { ECHO, type Served, serve } from "../support/serve.ts";
import { openClient, refusalOf } from "./websocket-client.ts";

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

async function start(shape: WebSocketApiShape, functions: Record<string, string>): Promise<Served> {
  served = await serve({ functions, resources: webSocketApi(shape) });
  return served;
}

const ACCEPT = "export const handler = async () => ({ statusCode: 200 });";

const authorizerOf = (result: string) => `export const handler = async (event) => { ${result} };`;
const policy = (effect: string, resource = "event.methodArn") => `return {
  principalId: 'me',
  policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: '${effect}', Resource: ${resource} }] },
  context: { userId: 'u1', level: 3, admin: true, event: JSON.stringify(event) },
};`;

const shape = (identitySources?: string[]): WebSocketApiShape => ({
  routes: { $connect: { function: "Connect" }, $default: { function: "Echo", returnsResponse: true } },
  authorizer: { function: "Authorize", ...(identitySources && { identitySources }) },
});

describe("the authorizer", () => {
  test("gets the request, and its context is with every event as text", async () => {
    const { webSocketUrl } = await start(shape(), {
      Authorize: authorizerOf(policy("Allow")),
      Connect: ACCEPT,
      Echo: ECHO,
    });
    const client = await openClient(`${webSocketUrl}?ticket=t1&x=1&x=2`, [], {
      headers: { "X-Thing": "yes" },
    });
    client.socket.send('{"type":"hello"}');
    const event = JSON.parse(await client.next());
    const { authorizer, connectionId } = event.requestContext;
    expect(authorizer).toMatchObject({ principalId: "me", userId: "u1", level: "3", admin: "true" });
    const seen = JSON.parse(authorizer.event);
    expect(seen).toMatchObject({
      type: "REQUEST",
      methodArn: expect.stringMatching(
        /^arn:aws:execute-api:us-east-1:000000000000:[a-z0-9]{10}\/live\/\$connect$/,
      ),
      headers: { "X-Thing": "yes", Upgrade: "websocket", "X-Forwarded-For": "127.0.0.1" },
      multiValueHeaders: { "X-Thing": ["yes"] },
      queryStringParameters: { ticket: "t1", x: "2" },
      multiValueQueryStringParameters: { ticket: ["t1"], x: ["1", "2"] },
      requestContext: { eventType: "CONNECT", routeKey: "$connect", stage: "live", connectionId },
    });
    client.socket.close();
  });

  test.each([
    ["denies", policy("Deny"), 403, "User is not authorized to access this resource with an explicit deny"],
    [
      "allows something else",
      policy("Allow", "'arn:aws:execute-api:*:*:other/*'"),
      403,
      "User is not authorized to access this resource",
    ],
    ["throws Unauthorized", `throw new Error('Unauthorized');`, 401, "Unauthorized"],
    ["throws", `throw new Error('no table');`, 500, "Internal server error"],
    ["returns no policy", `return { principalId: 'me' };`, 500, "Internal server error"],
    [
      "returns an object in its context",
      `return { ...(() => { ${policy("Allow")} })(), context: { a: {} } };`,
      500,
      "Internal server error",
    ],
  ])("that %s refuses the upgrade", async (_, result, status, message) => {
    const functions = { Authorize: authorizerOf(result), Connect: ACCEPT, Echo: ECHO };
    const { webSocketUrl } = await start(shape(), functions);
    expect(await refusalOf(webSocketUrl)).toEqual({
      status,
      body: { message, connectionId: expect.any(String), requestId: expect.any(String) },
    });
  });

  test("may allow with a wildcard", async () => {
    const { webSocketUrl } = await start(shape(), {
      Authorize: authorizerOf(policy("Allow", `event.methodArn.replace(/[^/]*$/, '*')`)),
      Connect: ACCEPT,
      Echo: ECHO,
    });
    (await openClient(webSocketUrl)).socket.close();
  });

  test("is not asked when an identity source is missing", async () => {
    const sources = ["route.request.querystring.token", "route.request.header.X-Key"];
    const { webSocketUrl, logs } = await start(shape(sources), {
      Authorize: `export const handler = async (event) => { console.log('asked'); ${policy("Allow")} };`,
      Connect: ACCEPT,
      Echo: ECHO,
    });
    const headers = { "x-key": "k" };
    expect((await refusalOf(webSocketUrl, { headers })).status).toBe(401);
    expect((await refusalOf(`${webSocketUrl}?token=t`)).status).toBe(401);
    (await openClient(`${webSocketUrl}?token=t`, [], { headers })).socket.close();
    await expect.poll(() => logs).toEqual(["Authorize: asked"]);
  });
});

describe("$connect", () => {
  const withConnect = (source: string, more: Partial<WebSocketApiShape> = {}) =>
    start({ routes: { $connect: { function: "Connect" } }, ...more }, { Connect: source });

  test.each([
    ["a status", "return { statusCode: 418 };", 418],
    ["an exception", `throw new Error('no');`, 502],
    ["no status", "return {};", 502],
    ["nothing", "", 502],
  ])("refuses the upgrade with %s", async (_, body, status) => {
    const { webSocketUrl } = await withConnect(`export const handler = async () => { ${body} };`);
    expect((await refusalOf(webSocketUrl)).status).toBe(status);
  });

  test("refuses it with 504 when it takes too long, and with 500 when the API may not invoke it", async () => {
    const hang = "export const handler = () => new Promise((resolve) => setTimeout(resolve, 2000));";
    const slow = await withConnect(hang, { integration: { TimeoutInMillis: 50 } });
    expect((await refusalOf(slow.webSocketUrl)).status).toBe(504);
    await slow.close();
    const closed = await withConnect(ACCEPT, { withPermissions: false });
    expect((await refusalOf(closed.webSocketUrl)).status).toBe(500);
  });

  test("runs before the connection can be posted to", async () => {
    const { webSocketUrl, connections, logs } = await withConnect(
      `export const handler = async ({ requestContext: { connectionId } }) => {
        console.log(connectionId);
        await new Promise((resolve) => setTimeout(resolve, 100));
        return { statusCode: 200 };
      };`,
    );
    const opening = openClient(webSocketUrl);
    await expect.poll(() => logs.length).toBe(1);
    const connectionId = logs[0]?.replace("Connect: ", "") ?? "";
    expect(connections.post(connectionId, Buffer.from("early"))).toBe("gone");
    const client = await opening;
    expect(connections.post(connectionId, Buffer.from("hi"))).toBe("ok");
    expect(await client.next()).toBe("hi");
  });

  test("alone decides on the subprotocol", async () => {
    const { webSocketUrl } = await withConnect(`
      export const handler = async ({ queryStringParameters }) =>
        ({ statusCode: 200, headers: queryStringParameters ? { 'sec-websocket-protocol': 'chat' } : {} });`);
    const client = await openClient(`${webSocketUrl}?pick=1`, ["chat", "a.token"]);
    expect(client.socket.protocol).toBe("chat");
    // A client that offers some and is given none refuses the connection itself (RFC 6455, 4.1).
    await expect(openClient(webSocketUrl, ["chat"])).rejects.toThrow("no subprotocol");
  });

  test("is not run for another path", async () => {
    const { webSocketUrl, logs } = await withConnect(
      `export const handler = async () => { console.log('ran'); };`,
    );
    expect((await refusalOf(webSocketUrl.replace("/live", "/other"))).status).toBe(403);
    expect(logs).toEqual([]);
  });
});
