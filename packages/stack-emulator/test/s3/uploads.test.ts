import { HeadObjectCommand, PutObjectCommand, PutObjectTaggingCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bucket, openS3, type S3Fixture } from "./fixture.ts";

let f: S3Fixture;
beforeEach(async () => {
  f = await openS3();
});
afterEach(() => f.close());

const codeOf = async (response: Response) =>
  `${response.status} ${/<Code>(.*?)<\/Code>/.exec(await response.text())?.[1]}`;

describe("a presigned upload that is to happen once", () => {
  const sign = () =>
    getSignedUrl(
      f.client,
      new PutObjectCommand({
        Bucket,
        Key: "k",
        ContentType: "image/png",
        ContentLength: 5,
        IfNoneMatch: "*",
      }),
      { expiresIn: 60, signableHeaders: new Set(["content-type", "content-length", "if-none-match"]) },
    );
  const once = { "content-type": "image/png", "if-none-match": "*" };
  const put = (url: string, headers: Record<string, string>, body = "hello") =>
    fetch(url, { method: "PUT", body, headers });

  test("stores the object the first time, and is answered 412 afterwards", async () => {
    const url = await sign();
    expect(new URL(url).searchParams.get("X-Amz-SignedHeaders")).toBe(
      "content-length;content-type;host;if-none-match",
    );
    expect((await put(url, once)).status).toBe(200);
    const first = await f.client.send(new HeadObjectCommand({ Bucket, Key: "k" }));
    expect(await codeOf(await put(url, once, "other"))).toBe("412 PreconditionFailed");
    expect(await f.client.send(new HeadObjectCommand({ Bucket, Key: "k" }))).toMatchObject({
      ETag: first.ETag,
    });
  });

  test("does not do without the condition", async () => {
    const url = await sign();
    expect(await codeOf(await put(url, { "content-type": "image/png" }))).toBe("403 SignatureDoesNotMatch");
    expect(await codeOf(await put(url, { ...once, "if-none-match": '"x"' }))).toBe(
      "403 SignatureDoesNotMatch",
    );
  });

  test("of two at once, one is stored", async () => {
    const url = await sign();
    const answers = await Promise.all([put(url, once), put(url, once, "other")]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });
});

test("policies are told the tags of the object that is there, for the actions that may ask for them", async () => {
  await f.put("tagged");
  const TagSet = [{ Key: "GuardDutyMalwareScanStatus", Value: "THREATS_FOUND" }];
  await f.client.send(new PutObjectTaggingCommand({ Bucket, Key: "tagged", Tagging: { TagSet } }));
  const contexts = (method: string, path: string, headers: Record<string, string> = {}) =>
    f.s3
      .describe({ method, url: `/${Bucket}/${path}`, headers, body: Buffer.alloc(0) })
      .needs.map(({ action, context }) => [action, context?.()]);
  const tags = { "s3:existingobjecttag/guarddutymalwarescanstatus": ["THREATS_FOUND"] };
  expect(contexts("GET", "tagged")).toEqual([["s3:GetObject", tags]]);
  expect(contexts("GET", "tagged?tagging")).toEqual([["s3:GetObjectTagging", tags]]);
  expect(contexts("GET", "absent")).toEqual([["s3:GetObject", {}]]);
  expect(contexts("DELETE", "tagged")).toEqual([["s3:DeleteObject", {}]]);
  expect(contexts("PUT", "copy", { "x-amz-copy-source": `${Bucket}/tagged` })).toEqual([
    ["s3:GetObject", tags],
    ["s3:PutObject", {}],
  ]);
});
