import { createECDH, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, beforeAll, expect, test } from "vitest";
import { internals } from "../support/internals.ts";
import { actAsFunction } from "../support/operator.ts";

let server: Server | undefined;

/** Starts a server on this machine, and returns the port. */
async function serve(listener: RequestListener): Promise<number> {
  server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return address.port;
}

beforeAll(() => {
  actAsFunction();
  process.env.VAPID_SUBJECT = "https://example.com";
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
});

async function send(endpoint: string) {
  const { sendToBrowser } = await internals.pushServices();
  const keys = {
    p256dh: createECDH("prime256v1").generateKeys("base64url"),
    auth: randomBytes(16).toString("base64url"),
  };
  const message = { payload: "{}", ttl: 1, urgency: "normal", topic: undefined } as const;
  return sendToBrowser({ endpoint, ...keys }, message);
}

test("a name that resolves to an address that is not public is not called", async () => {
  let connections = 0;
  const port = await serve((_, response) => response.end());
  server?.on("connection", () => {
    connections += 1;
  });
  await expect(send(`https://localhost:${port}/push`)).rejects.toMatchObject({ name: "NotPublicError" });
  expect(connections).toBe(0);
});

test("a redirect is an answer, and is not followed", async () => {
  const paths: string[] = [];
  const port = await serve(({ url = "" }, response) => {
    paths.push(url);
    response.writeHead(307, { location: "/other" }).end();
  });
  expect(await send(`http://127.0.0.1:${port}/push`)).toEqual({ status: 307, retryAfter: undefined });
  expect(paths).toEqual(["/push"]);
});

test("an answer without end is not read to its end", async () => {
  const cut = Promise.withResolvers<void>();
  const port = await serve((_, response) => {
    response.writeHead(201);
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(4096)));
    };
    response.on("drain", more).on("close", cut.resolve);
    more();
  });
  expect(await send(`http://127.0.0.1:${port}/push`)).toEqual({ status: 201, retryAfter: undefined });
  await cut.promise;
});

test("the time of the next attempt is read in seconds, or as a date", async () => {
  const answers = [
    "120",
    new Date(Date.now() + 90_500).toUTCString(),
    "soon",
    "Mon, 01 Jan 2024 00:00:00 GMT",
  ];
  const port = await serve((_, response) =>
    response.writeHead(503, { "retry-after": answers.shift() }).end(),
  );
  const times = [];
  while (answers.length > 0) times.push((await send(`http://127.0.0.1:${port}/push`)).retryAfter);
  expect(times).toEqual([120, expect.any(Number), undefined, 0]);
  expect(times[1]).toBeGreaterThan(30);
  expect(times[1]).toBeLessThanOrEqual(91);
});
