import { signer } from "stack-emulator/signature";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { contentDisposition, presign } from "../support/internals.ts";

const scope = { accessKeyId: "ASIAEXAMPLE", secret: "s3cr3t/+" };
const sessionToken = "token/+==";
const region = "eu-central-1";

beforeAll(() => {
  vi.useFakeTimers({ now: new Date("2026-03-09T08:07:06.543Z"), toFake: ["Date"] });
  vi.stubEnv("AWS_ACCESS_KEY_ID", scope.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", scope.secret);
  vi.stubEnv("AWS_SESSION_TOKEN", sessionToken);
  vi.stubEnv("AWS_REGION", region);
});
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/**
 * Returns the parameters of the same request as the SDK's own signer signs it. The local S3 checks
 * signatures by them.
 */
async function signedBySdk({
  method,
  url,
  headers = {},
  query = {},
  expiresIn,
}: Parameters<typeof presign>[0]) {
  const { protocol, hostname, port, pathname, host } = new URL(url);
  const signed = await signer({ ...scope, date: "20260309" }, region).presign(
    {
      method,
      protocol,
      hostname,
      ...(port !== "" && { port: Number(port) }),
      path: pathname,
      query: { ...query, "X-Amz-Security-Token": sessionToken },
      headers: { ...headers, host, "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" },
    },
    {
      expiresIn,
      signableHeaders: new Set(Object.keys(headers)),
      unhoistableHeaders: new Set(Object.keys(headers)),
    },
  );
  return signed.query;
}

const requests: readonly Parameters<typeof presign>[0][] = [
  {
    method: "GET",
    url: "https://bucket.s3.eu-central-1.amazonaws.com/files/room-1/file-1",
    query: {
      "response-content-disposition": contentDisposition("inline", "It's (mine)! 50%*ü&=+ ~.png"),
      "response-content-type": "text/plain; charset=utf-8",
    },
    expiresIn: 300,
  },
  {
    method: "PUT",
    url: "http://127.0.0.1:4001/bucket/pending/file-1",
    headers: { "content-length": "70", "content-type": "image/png", "if-none-match": "*" },
    expiresIn: 900,
  },
  { method: "GET", url: "https://bucket.s3.eu-central-1.amazonaws.com/k", expiresIn: 1 },
];

describe("presign", () => {
  for (const request of requests)
    test(`signs ${request.method} ${request.url} as the SDK's signer does`, async () => {
      const url = new URL(presign(request));
      expect(url.origin + url.pathname).toBe(request.url);
      const expected = await signedBySdk(request);
      expect(Object.fromEntries(url.searchParams)).toEqual(expected);
      expect(expected?.["X-Amz-Signature"]).toMatch(/^[0-9a-f]{64}$/);
    });
});

describe("contentDisposition", () => {
  const names: readonly (readonly [name: string, fallback: string, extended: string])[] = [
    ["report.pdf", "report.pdf", "report.pdf"],
    ['a"; filename=x.exe', "a_; filename=x.exe", "a%22%3B%20filename%3Dx.exe"],
    ["a\\b%41", "a_b_41", "a%5Cb%2541"],
    ["a\r\nSet-Cookie: x", "a__Set-Cookie: x", "a%0D%0ASet-Cookie%3A%20x"],
    ["Größe 😀.txt", "Gr__e _.txt", "Gr%C3%B6%C3%9Fe%20%F0%9F%98%80.txt"],
    ["it's (1)*.txt", "it's (1)*.txt", "it%27s%20%281%29%2A.txt"],
  ];
  for (const [name, fallback, extended] of names)
    test(JSON.stringify(name), () => {
      expect(contentDisposition("attachment", name)).toBe(
        `attachment; filename="${fallback}"; filename*=UTF-8''${extended}`,
      );
    });
});
