import { Agent } from "node:http";
import type { LookupFunction } from "node:net";
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { serveStore } from "../support/store-server.ts";
import { Bucket, openS3, type S3Fixture } from "./fixture.ts";

let f: S3Fixture;

beforeEach(async () => {
  f = await openS3();
});
afterEach(async () => {
  await f.close();
});

describe("signatures", () => {
  const sign = (key: string, expiresIn = 60) =>
    getSignedUrl(f.client, new GetObjectCommand({ Bucket, Key: key }), { expiresIn });
  const code = async (response: Response) =>
    `${response.status} ${/<Code>(.*?)<\/Code>/.exec(await response.text())?.[1]}`;

  test("an unsigned request is refused", async () => {
    await f.put("k");
    expect(await code(await fetch(`${f.endpoint}/${Bucket}/k`))).toBe("403 AccessDenied");
    expect(await code(await fetch(`${f.endpoint}/${Bucket}/?list-type=2`))).toBe("403 AccessDenied");
  });

  test("a wrong secret and an unknown key are told apart", async () => {
    const as = (accessKeyId: string, secretAccessKey: string) =>
      f.clientAs(accessKeyId, secretAccessKey).send(new ListObjectsV2Command({ Bucket }));
    await expect(as("worker-1", "wrong")).rejects.toMatchObject({ name: "SignatureDoesNotMatch" });
    await expect(as("worker-2", "secret-1")).rejects.toMatchObject({ name: "InvalidAccessKeyId" });
  });

  test("a presigned download works until it expires", async () => {
    await f.put("a b/ü");
    const url = await sign("a b/ü");
    const response = await fetch(url);
    expect(await response.text()).toBe("hello");
    f.clock.advance(61_000);
    const expired = await fetch(url);
    expect(expired.status).toBe(403);
    expect(await expired.text()).toMatch(
      /<Code>AccessDenied<\/Code><Message>Request has expired<\/Message>.*<X-Amz-Expires>60</,
    );
  });

  test("an altered presigned URL is refused", async () => {
    await f.put("k");
    await f.put("other");
    const url = await sign("k");
    const altered = [
      url.replace("/k?", "/other?"),
      url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
      `${url}&response-content-type=text%2Fhtml`,
      url.replace(/Signature=\w/, (c) => (c.endsWith("0") ? "Signature=1" : "Signature=0")),
      url.replace("SignedHeaders=host", "SignedHeaders=host%3Brange"),
    ];
    for (const attempt of altered) expect(await code(await fetch(attempt))).toBe("403 SignatureDoesNotMatch");
    expect(await code(await fetch(url, { method: "DELETE" }))).toBe("403 SignatureDoesNotMatch");
    expect(await code(await fetch(url.replace("Expires=60", "Expires=604801")))).toBe(
      "400 AuthorizationQueryParametersError",
    );
    expect(await code(await fetch(url.replace(/&X-Amz-Date=\w+/, "")))).toBe(
      "400 AuthorizationQueryParametersError",
    );
  });

  test("a presigned upload holds its client to length, type and metadata", async () => {
    const command = new PutObjectCommand({
      Bucket,
      Key: "k",
      ContentType: "image/webp",
      ContentLength: 5,
      Metadata: { owner: "u1" },
    });
    const url = await getSignedUrl(f.client, command, { signableHeaders: new Set(["content-type"]) });
    const upload = (body: string, headers: Record<string, string>) =>
      fetch(url, { method: "PUT", body, headers });
    const type = { "content-type": "image/webp" };
    expect(await code(await upload("hello!", type))).toBe("403 SignatureDoesNotMatch");
    expect(await code(await upload("hello", { "content-type": "text/html" }))).toBe(
      "403 SignatureDoesNotMatch",
    );
    const refused = await upload("hello", { ...type, "x-amz-meta-owner": "u2" });
    expect(await refused.text()).toContain("<HeadersNotSigned>x-amz-meta-owner</HeadersNotSigned>");
    expect((await upload("hello", type)).status).toBe(200);
    const head = await f.client.send(new HeadObjectCommand({ Bucket, Key: "k" }));
    expect(head).toMatchObject({ ContentType: "image/webp", Metadata: { owner: "u1" } });
  });

  test("a request signed long ago is refused", async () => {
    await f.put("k");
    f.clock.advance(16 * 60_000);
    await expect(f.client.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
      name: "RequestTimeTooSkewed",
    });
  });

  test("the bucket may stand in the host, as the SDK puts it before a name that is no address", async () => {
    await f.put("a b");
    const lookup: LookupFunction = (_, { all }, found) =>
      all ? found(null, [{ address: "127.0.0.1", family: 4 }]) : found(null, "127.0.0.1", 4);
    const virtual = new S3Client({
      region: "us-east-1",
      endpoint: f.endpoint.replace("127.0.0.1", "localhost"),
      // Not every resolver knows names under localhost.
      requestHandler: { httpAgent: new Agent({ lookup }) },
      credentials: { accessKeyId: "worker-1", secretAccessKey: "secret-1" },
    });
    const url = await getSignedUrl(virtual, new GetObjectCommand({ Bucket, Key: "a b" }));
    expect(new URL(url).hostname).toBe(`${Bucket}.localhost`);
    const { Body } = await virtual.send(new GetObjectCommand({ Bucket, Key: "a b" }));
    expect(await Body?.transformToString()).toBe("hello");
    virtual.destroy();
  });
});

describe("describe", () => {
  test("names who asks for what, also for presigned URLs and forms", async () => {
    const seen: unknown[] = [];
    const recorder = await serveStore(async (request) => {
      seen.push(f.s3.describe(request));
      return { status: 200, headers: {}, body: "" };
    });
    const other = f.clientAs("worker-1", "secret-1", recorder.endpoint);
    await other
      .send(new CopyObjectCommand({ Bucket, Key: "to", CopySource: `${Bucket}/a%20b`, Tagging: "a=1" }))
      .catch(() => {});
    await fetch(await getSignedUrl(other, new GetObjectCommand({ Bucket, Key: "a b" })));
    const post = await createPresignedPost(other, { Bucket, Key: "form" });
    const form = new FormData();
    for (const [name, value] of Object.entries(post.fields)) form.set(name, value);
    form.set("file", new Blob(["x"]));
    await fetch(post.url, { method: "POST", body: form });
    const Objects = [{ Key: "x" }, { Key: "y" }];
    await other.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } })).catch(() => {});
    other.destroy();
    await recorder.close();
    const object = (key: string) => `arn:aws:s3:::${Bucket}/${key}`;
    expect(seen).toMatchObject([
      {
        accessKeyId: "worker-1",
        action: "CopyObject",
        needs: [
          { action: "s3:GetObject", resource: object("a b") },
          { action: "s3:PutObject", resource: object("to") },
          { action: "s3:PutObjectTagging", resource: object("to") },
        ],
      },
      {
        accessKeyId: "worker-1",
        action: "GetObject",
        needs: [{ action: "s3:GetObject", resource: object("a b") }],
      },
      {
        accessKeyId: "worker-1",
        action: "PostObject",
        needs: [{ action: "s3:PutObject", resource: object("form") }],
      },
      {
        action: "DeleteObjects",
        needs: [
          { action: "s3:DeleteObject", resource: object("x") },
          { action: "s3:DeleteObject", resource: object("y") },
        ],
      },
    ]);
  });
});
