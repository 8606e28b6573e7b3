import { afterEach, describe, expect, test } from "vitest";
import { type HttpApiShape, httpApi } from "../support/resources.ts";
import { ECHO, echoedIn, type Served, type ServeOptions, serve } from "../support/serve.ts";

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

async function start(
  shape: HttpApiShape,
  functions: Record<string, string>,
  more: Partial<ServeOptions> = {},
) {
  served = await serve({ functions, resources: httpApi(shape), ...more });
  return served;
}

const everything = { routes: { $default: { function: "Echo" } } };

describe("the event", () => {
  test("has payload format 2.0, and only the fields that have a value", async () => {
    const { httpUrl } = await start(
      { routes: { "GET /pets/{id}/toys": { function: "Echo" } } },
      { Echo: ECHO },
    );
    const response = await fetch(`${httpUrl}/pets/a%20b/toys?x=1&x=2&y=%C3%A9`, {
      headers: { "X-Thing": "yes", cookie: "a=1; b=2", "user-agent": "tester" },
    });
    const event = await echoedIn(response);
    expect(event).toMatchObject({
      version: "2.0",
      routeKey: "GET /pets/{id}/toys",
      rawPath: "/pets/a b/toys",
      rawQueryString: "x=1&x=2&y=%C3%A9",
      queryStringParameters: { x: "1,2", y: "é" },
      pathParameters: { id: "a b" },
      cookies: ["a=1", "b=2"],
      headers: { "x-thing": "yes", "x-forwarded-proto": "http", "x-forwarded-for": "127.0.0.1" },
      requestContext: {
        accountId: "000000000000",
        apiId: expect.stringMatching(/^[a-z0-9]{10}$/),
        domainName: new URL(httpUrl).host,
        http: {
          method: "GET",
          path: "/pets/a b/toys",
          protocol: "HTTP/1.1",
          sourceIp: "127.0.0.1",
          userAgent: "tester",
        },
        routeKey: "GET /pets/{id}/toys",
        stage: "$default",
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
    expect(event.requestContext.requestId).toBe(response.headers.get("apigw-requestid"));
    expect(Object.keys(event.headers)).not.toContain("cookie");
    expect(Object.keys(event)).not.toContain("body");
    expect(Object.keys(event.requestContext)).not.toContain("authorizer");
    const bare = await echoedIn(await fetch(`${httpUrl}/pets/1/toys`));
    expect(Object.keys(bare)).not.toContain("queryStringParameters");
    expect(Object.keys(bare)).not.toContain("cookies");
  });

  test("carries text as it is and everything else in base64", async () => {
    const { httpUrl } = await start(everything, { Echo: ECHO });
    const send = async (type: string, body: string) => {
      const response = await fetch(httpUrl, { method: "POST", body, headers: { "content-type": type } });
      const { body: sent, isBase64Encoded } = await echoedIn(response);
      return { sent, isBase64Encoded };
    };
    expect(await send("application/json; charset=utf-8", '{"é":1}')).toEqual({
      sent: '{"é":1}',
      isBase64Encoded: false,
    });
    expect(await send("application/problem+json", "{}")).toEqual({ sent: "{}", isBase64Encoded: false });
    expect(await send("application/octet-stream", "abc")).toEqual({ sent: "YWJj", isBase64Encoded: true });
    expect(await send("application/x-www-form-urlencoded", "a=b")).toEqual({
      sent: "YT1i",
      isBase64Encoded: true,
    });
  });
});

describe("routing", () => {
  test("takes the most specific route", async () => {
    const keys = [
      "$default",
      "ANY /{proxy+}",
      "GET /pets/{proxy+}",
      "GET /pets/dog/{id}",
      "GET /pets/dog/1",
      "GET /pets",
    ];
    const routes = Object.fromEntries(keys.map((key) => [key, { function: "Echo" }]));
    const { httpUrl } = await start({ routes }, { Echo: ECHO });
    const routeOf = async (method: string, path: string) => {
      const { routeKey, pathParameters } = await echoedIn(await fetch(httpUrl + path, { method }));
      return [routeKey, pathParameters];
    };
    expect(await routeOf("GET", "/pets/dog/1")).toEqual(["GET /pets/dog/1", undefined]);
    expect(await routeOf("GET", "/pets/dog/2")).toEqual(["GET /pets/dog/{id}", { id: "2" }]);
    expect(await routeOf("GET", "/pets/cat/1")).toEqual(["GET /pets/{proxy+}", { proxy: "cat/1" }]);
    expect(await routeOf("GET", "/pets")).toEqual(["GET /pets", undefined]);
    expect(await routeOf("GET", "/pets/")).toEqual(["GET /pets/{proxy+}", { proxy: "" }]);
    expect(await routeOf("POST", "/test/5")).toEqual(["ANY /{proxy+}", { proxy: "test/5" }]);
  });

  test("answers 404 where nothing matches", async () => {
    const { httpUrl } = await start({ routes: { "GET /x": { function: "Echo" } } }, { Echo: ECHO });
    for (const [method, path] of [
      ["GET", "/x/"],
      ["POST", "/x"],
      ["GET", "/"],
    ] as const) {
      const response = await fetch(httpUrl + path, { method });
      expect([response.status, await response.json()]).toEqual([404, { message: "Not Found" }]);
    }
  });
});

describe("the response", () => {
  test("is what the function says, or inferred", async () => {
    const source = `
      const results = {
        '/full': { statusCode: 201, headers: { 'X-A': 1 }, cookies: ['a=1', 'b=2'], body: 'made' },
        '/binary': { statusCode: 200, headers: { 'content-type': 'image/png' }, body: 'AAEC', isBase64Encoded: true },
        '/object': { hello: 'there' },
        '/text': 'Hello',
        '/malformed': { statusCode: 200, body: { not: 'text' } },
        '/split': { statusCode: 200, headers: { 'x-a': 'b\\r\\nx-injected: c' } },
      };
      export const handler = async ({ rawPath }) => results[rawPath];`;
    const { httpUrl } = await start({ routes: { $default: { function: "F" } } }, { F: source });
    const full = await fetch(`${httpUrl}/full`);
    expect([full.status, await full.text(), full.headers.get("x-a")]).toEqual([201, "made", "1"]);
    expect(full.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(full.headers.get("content-type")).toBe("text/plain;charset=UTF-8");
    expect(await (await fetch(`${httpUrl}/binary`)).bytes()).toEqual(new Uint8Array([0, 1, 2]));
    const object = await fetch(`${httpUrl}/object`);
    expect([object.status, object.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(await object.json()).toEqual({ hello: "there" });
    expect(await (await fetch(`${httpUrl}/text`)).text()).toBe("Hello");
    for (const path of ["/malformed", "/split"]) {
      const response = await fetch(httpUrl + path);
      expect([response.status, await response.json()]).toEqual([500, { message: "Internal Server Error" }]);
    }
  });

  test("is 500 without details when the function throws, and the log has them", async () => {
    const source = `export const handler = async () => { throw new TypeError('the secret') };`;
    const { httpUrl, logs } = await start({ routes: { $default: { function: "F" } } }, { F: source });
    const response = await fetch(httpUrl);
    expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
    expect(logs.join("\n")).toContain("TypeError: the secret");
  });

  test("is 503 when the integration takes too long", async () => {
    const source = `export const handler = () => new Promise((resolve) => setTimeout(resolve, 2000));`;
    const shape = { routes: { $default: { function: "F" } }, integration: { TimeoutInMillis: 50 } };
    const { httpUrl } = await start(shape, { F: source });
    const response = await fetch(httpUrl);
    expect([response.status, await response.json()]).toEqual([503, { message: "Service Unavailable" }]);
  });
});

describe("limits", () => {
  test("a body over 10 MB is 413, and so is an event over the 6 MB of Lambda", async () => {
    const { httpUrl } = await start(everything, { Echo: ECHO });
    for (const megabytes of [11, 7]) {
      const response = await fetch(httpUrl, { method: "POST", body: "x".repeat(megabytes * 1024 * 1024) });
      expect(response.status).toBe(413);
    }
  });

  test("a stage throttles by its route settings, and refills by the clock", async () => {
    const stage = { DefaultRouteSettings: { ThrottlingRateLimit: 0.001, ThrottlingBurstLimit: 2 } };
    const { httpUrl, clock } = await start({ ...everything, stage }, { Echo: ECHO });
    const status = async () => (await fetch(httpUrl)).status;
    expect([await status(), await status(), await status()]).toEqual([200, 200, 429]);
    clock.advance(1_000_000);
    expect([await status(), await status()]).toEqual([200, 429]);
  });

  test("a function that gives the API no permission is not invoked", async () => {
    const { httpUrl, logs } = await start({ ...everything, withPermissions: false }, { Echo: ECHO });
    expect((await fetch(httpUrl)).status).toBe(500);
    expect(logs.join("\n")).toContain("AWS::Lambda::Permission");
  });
});

describe("CORS", () => {
  const cors = {
    AllowOrigins: ["https://app.example"],
    AllowMethods: ["GET", "POST"],
    AllowHeaders: ["authorization", "content-type"],
    ExposeHeaders: ["x-total"],
    MaxAge: 600,
  };
  const jwt = { Issuer: "http://127.0.0.1:1", Audience: ["app"] };

  test("answers a preflight by itself, without a token", async () => {
    const shape = { routes: { "GET /x": { function: "Echo", jwt: true } }, cors, jwt };
    const { httpUrl } = await start(shape, { Echo: ECHO });
    const preflight = (origin: string) =>
      fetch(`${httpUrl}/x`, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "GET" },
      });
    const allowed = await preflight("https://app.example");
    expect(allowed.status).toBe(204);
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-methods": "GET,POST",
      "access-control-allow-headers": "authorization,content-type",
      "access-control-max-age": "600",
    });
    const foreign = await preflight("https://other.example");
    expect([foreign.status, foreign.headers.get("access-control-allow-origin")]).toEqual([204, null]);
  });

  test("adds its headers to responses, in place of the function’s own", async () => {
    const source = `export const handler = async () =>
      ({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*', 'x-total': '3' }, body: '' });`;
    const { httpUrl } = await start({ routes: { "GET /x": { function: "F" } }, cors }, { F: source });
    const from = (origin: string) => fetch(`${httpUrl}/x`, { headers: { origin } });
    const allowed = await from("https://app.example");
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(allowed.headers.get("access-control-expose-headers")).toBe("x-total");
    expect((await from("https://other.example")).headers.get("access-control-allow-origin")).toBeNull();
  });
});
