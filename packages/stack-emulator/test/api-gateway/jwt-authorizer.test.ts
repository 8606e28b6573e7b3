import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { httpApi } from "../support/resources.ts";
import { ECHO, echoedIn, type Served, serve } from "../support/serve.ts";

// A real issuer: keys made here, published by discovery and a key set, as identity providers do.

const { publicKey, privateKey } = await generateKeyPair("RS256");
const stranger = await generateKeyPair("RS256");
const elliptic = await generateKeyPair("ES256");
let issuer: Server;
let issuerUrl: string;
let served: Served;

beforeAll(async () => {
  const keys = [
    { ...(await exportJWK(publicKey)), kid: "one", alg: "RS256", use: "sig" },
    { ...(await exportJWK(elliptic.publicKey)), kid: "curve", alg: "ES256", use: "sig" },
  ];
  issuer = createServer((request, response) => {
    const isDiscovery = request.url === "/pool/.well-known/openid-configuration";
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify(isDiscovery ? { issuer: issuerUrl, jwks_uri: `${issuerUrl}/keys` } : { keys }),
    );
  });
  await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  // Safe: the server listens on TCP.
  issuerUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/pool`;
  served = await serve({
    functions: { Echo: ECHO },
    resources: httpApi({
      routes: {
        "GET /me": { function: "Echo", jwt: true },
        "GET /admin": { function: "Echo", jwt: true, scopes: ["admin", "root"] },
      },
      jwt: { Issuer: issuerUrl, Audience: ["app"] },
    }),
  });
});
afterAll(async () => {
  await served.close();
  issuer.close();
});

interface TokenParts {
  readonly claims?: Record<string, unknown>;
  readonly kid?: string;
  readonly alg?: string;
  readonly key?: typeof privateKey;
}

const now = () => Math.floor(served.clock.now() / 1000);

function sign({ claims = {}, kid = "one", alg = "RS256", key = privateKey }: TokenParts): Promise<string> {
  const base = { iss: issuerUrl, aud: "app", sub: "u1", iat: now() - 1, exp: now() + 60 };
  return new SignJWT({ ...base, ...claims }).setProtectedHeader({ alg, kid }).sign(key);
}

function get(path: string, authorization?: string): Promise<Response> {
  return fetch(served.httpUrl + path, { headers: authorization === undefined ? {} : { authorization } });
}

test("a good token passes, and its claims reach the function as text", async () => {
  const token = await sign({ claims: { "cognito:groups": ["a", "b"], verified: true } });
  const response = await get("/me", `Bearer ${token}`);
  expect(response.status).toBe(200);
  const { claims, scopes } = (await echoedIn(response)).requestContext.authorizer.jwt;
  expect(claims).toMatchObject({
    sub: "u1",
    "cognito:groups": "[a b]",
    verified: "true",
    exp: expect.stringMatching(/^\d+$/),
  });
  expect(scopes).toBeNull();
});

test("a token without the prefix passes, and so does one that names its client instead of an audience", async () => {
  expect((await get("/me", await sign({}))).status).toBe(200);
  const claims = { aud: undefined, client_id: "app", token_use: "access" };
  expect((await get("/me", `Bearer ${await sign({ claims })}`)).status).toBe(200);
});

test("no token is 401 with a challenge", async () => {
  const response = await get("/me");
  expect([response.status, await response.json()]).toEqual([401, { message: "Unauthorized" }]);
  expect(response.headers.get("www-authenticate")).toBe("Bearer");
});

const unsecured = () => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: issuerUrl, aud: "app", sub: "u1", iat: now() - 1, exp: now() + 60 };
  return Promise.resolve(`${part({ alg: "none", kid: "one" })}.${part(claims)}.`);
};

test.each<[string, () => Promise<string>, string]>([
  ["expired", () => sign({ claims: { exp: now() - 1 } }), "the token has expired"],
  ["not valid yet", () => sign({ claims: { nbf: now() + 60 } }), "nbf"],
  ["issued in the future", () => sign({ claims: { iat: now() + 60 } }), "issued in the future"],
  [
    "of another audience",
    () => sign({ claims: { aud: "other" } }),
    "the token does not have a valid audience",
  ],
  ["of another issuer", () => sign({ claims: { iss: "https://other.example" } }), "iss"],
  ["signed by a stranger", () => sign({ key: stranger.privateKey }), "signature is invalid"],
  ["of an unknown key", () => sign({ kid: "two" }), "kid"],
  [
    "not RSA",
    () => sign({ kid: "curve", alg: "ES256", key: elliptic.privateKey }),
    "signing method is invalid",
  ],
  ["unsigned", unsecured, ""],
  ["no token at all", () => Promise.resolve("nonsense"), "malformed"],
])("a token that is %s is 401", async (_, make, description) => {
  const response = await get("/me", `Bearer ${await make()}`);
  expect([response.status, await response.json()]).toEqual([401, { message: "Unauthorized" }]);
  const challenge = response.headers.get("www-authenticate");
  expect(challenge).toContain('Bearer scope="" error="invalid_token" error_description="');
  expect(challenge).toContain(description);
});

test("a missing scope is 403; one of the route’s is enough", async () => {
  const refused = await get("/admin", `Bearer ${await sign({ claims: { scope: "read" } })}`);
  expect([refused.status, await refused.json()]).toEqual([403, { message: "Forbidden" }]);
  expect(refused.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
  const passed = await get("/admin", `Bearer ${await sign({ claims: { scope: "read root" } })}`);
  expect((await echoedIn(passed)).requestContext.authorizer.jwt.scopes).toEqual(["read", "root"]);
});

test("a token expires by the clock", async () => {
  const token = await sign({});
  expect((await get("/me", token)).status).toBe(200);
  served.clock.advance(120_000);
  expect((await get("/me", token)).status).toBe(401);
});
