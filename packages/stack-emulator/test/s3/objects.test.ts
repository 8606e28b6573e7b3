import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bucket, openS3, type S3Fixture } from "./fixture.ts";

let f: S3Fixture;

beforeEach(async () => {
  f = await openS3();
});
afterEach(async () => {
  await f.close();
});

describe("objects", () => {
  const keys = [
    "plain",
    "a b/ü €/x+y'(!)*&=?#",
    "../../etc/passwd",
    "/leading//double/",
    "%2e%2e/%2F",
    "..",
    "k\n\t<&>",
    "日本語",
  ];

  test.each(keys)("keeps %j across a restart", async (key) => {
    await f.put(key, `body of ${key}`);
    await f.restart();
    expect(await f.read(key)).toBe(`body of ${key}`);
    const { Contents } = await f.client.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.map(({ Key }) => Key)).toEqual([key]);
  });

  test("keeps headers, metadata and tags, and answers a HEAD with them", async () => {
    await f.client.send(
      new PutObjectCommand({
        Bucket,
        Key: "k",
        Body: "hello",
        ContentType: "text/plain",
        ContentDisposition: "inline",
        CacheControl: "no-store",
        Metadata: { owner: "u1" },
        Tagging: "a=1&b=two%20words",
      }),
    );
    const head = await f.client.send(new HeadObjectCommand({ Bucket, Key: "k" }));
    expect(head).toMatchObject({
      ContentLength: 5,
      ContentType: "text/plain",
      ContentDisposition: "inline",
      CacheControl: "no-store",
      Metadata: { owner: "u1" },
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
    });
    const { TagSet } = await f.client.send(new GetObjectTaggingCommand({ Bucket, Key: "k" }));
    expect(TagSet).toEqual([
      { Key: "a", Value: "1" },
      { Key: "b", Value: "two words" },
    ]);
    const Tagging = { TagSet: [{ Key: "c", Value: "<&>" }] };
    await f.client.send(new PutObjectTaggingCommand({ Bucket, Key: "k", Tagging }));
    expect((await f.client.send(new GetObjectTaggingCommand({ Bucket, Key: "k" }))).TagSet).toEqual(
      Tagging.TagSet,
    );
  });

  test("takes a stream, whose checksum comes at its end", async () => {
    const Body = Readable.from([Buffer.from("hel"), Buffer.from("lo")]);
    await f.client.send(new PutObjectCommand({ Bucket, Key: "stream", Body, ContentLength: 5 }));
    expect(await f.read("stream")).toBe("hello");
  });

  test("refuses a body whose checksum differs", async () => {
    const input = { Bucket, Key: "k", Body: "hello" };
    const ChecksumSHA256 = Buffer.alloc(32).toString("base64");
    await expect(f.client.send(new PutObjectCommand({ ...input, ChecksumSHA256 }))).rejects.toMatchObject({
      name: "BadDigest",
    });
    const ContentMD5 = Buffer.alloc(16).toString("base64");
    await expect(f.client.send(new PutObjectCommand({ ...input, ContentMD5 }))).rejects.toMatchObject({
      name: "BadDigest",
    });
    await expect(f.client.send(new HeadObjectCommand({ Bucket, Key: "k" }))).rejects.toMatchObject({
      name: "NotFound",
    });
  });

  test("answers ranges and overridden headers", async () => {
    await f.put("k", "0123456789");
    const ranged = async (Range: string) => {
      const answer = await f.client.send(new GetObjectCommand({ Bucket, Key: "k", Range }));
      return [answer.ContentRange, await answer.Body?.transformToString()];
    };
    expect(await ranged("bytes=2-4")).toEqual(["bytes 2-4/10", "234"]);
    expect(await ranged("bytes=8-")).toEqual(["bytes 8-9/10", "89"]);
    expect(await ranged("bytes=-3")).toEqual(["bytes 7-9/10", "789"]);
    await expect(ranged("bytes=10-")).rejects.toMatchObject({ name: "InvalidRange" });
    const overridden = await f.client.send(
      new GetObjectCommand({
        Bucket,
        Key: "k",
        ResponseContentType: "image/png",
        ResponseContentDisposition: 'attachment; filename="a b.png"',
      }),
    );
    expect(overridden).toMatchObject({
      ContentType: "image/png",
      ContentDisposition: 'attachment; filename="a b.png"',
    });
  });

  test("lets one of two conditional writes win", async () => {
    const write = (Body: string) =>
      f.client.send(new PutObjectCommand({ Bucket, Key: "k", Body, IfNoneMatch: "*" }));
    const results = await Promise.allSettled([write("a"), write("b"), write("c")]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { name: "PreconditionFailed", $metadata: { httpStatusCode: 412 } },
    });
  });

  test("answers reads under a condition", async () => {
    const { ETag } = await f.put("k");
    const get = (condition: object) =>
      f.client.send(new GetObjectCommand({ Bucket, Key: "k", ...condition }));
    await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ name: "PreconditionFailed" });
  });

  test("copies, with its metadata or new ones", async () => {
    await f.client.send(
      new PutObjectCommand({ Bucket, Key: "a b", Body: "hello", Metadata: { owner: "u1" } }),
    );
    await f.client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/a%20b` }));
    expect(await f.read("copy")).toBe("hello");
    expect((await f.client.send(new HeadObjectCommand({ Bucket, Key: "copy" }))).Metadata).toEqual({
      owner: "u1",
    });
    await f.client.send(
      new CopyObjectCommand({
        Bucket,
        Key: "copy",
        CopySource: `${Bucket}/copy`,
        MetadataDirective: "REPLACE",
        Metadata: { owner: "u2" },
      }),
    );
    expect((await f.client.send(new HeadObjectCommand({ Bucket, Key: "copy" }))).Metadata).toEqual({
      owner: "u2",
    });
  });

  test("deletes one and many; what is missing counts as deleted", async () => {
    for (const key of ["a&b", "c", "d"]) await f.put(key);
    await f.client.send(new DeleteObjectCommand({ Bucket, Key: "d" }));
    await f.client.send(new DeleteObjectCommand({ Bucket, Key: "d" }));
    const Objects = [{ Key: "a&b" }, { Key: "missing" }];
    const { Deleted } = await f.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted).toEqual(Objects);
    const { Contents } = await f.client.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(["c"]);
  });

  test("lists by prefix, delimiter and page, in the order of bytes", async () => {
    for (const key of ["b", "a/2", "a/1", "a/x/1", "a/x/2", "a/é", "c"]) await f.put(key);
    const first = await f.client.send(
      new ListObjectsV2Command({ Bucket, Prefix: "a/", Delimiter: "/", MaxKeys: 2 }),
    );
    expect(first.Contents?.map(({ Key }) => Key)).toEqual(["a/1", "a/2"]);
    expect(first.IsTruncated).toBe(true);
    const second = await f.client.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: "a/",
        Delimiter: "/",
        ContinuationToken: first.NextContinuationToken,
      }),
    );
    expect(second.CommonPrefixes).toEqual([{ Prefix: "a/x/" }]);
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(["a/é"]);
    expect(second.IsTruncated).toBe(false);
  });

  test("keeps what a header cannot carry, and answers with it in the encoding of mail", async () => {
    const post = await createPresignedPost(f.client, {
      Bucket,
      Key: "k",
      Fields: { "x-amz-meta-name": "日本" },
    });
    const form = new FormData();
    for (const [name, value] of Object.entries(post.fields)) form.set(name, value);
    form.set("file", new Blob(["x"]));
    expect((await fetch(post.url, { method: "POST", body: form })).status).toBe(204);
    const head = await f.client.send(new HeadObjectCommand({ Bucket, Key: "k" }));
    expect(head.Metadata).toEqual({ name: "=?UTF-8?B?5pel5pys?=" });
    await expect(
      f.client.send(new GetObjectCommand({ Bucket, Key: "k", ResponseContentDisposition: "日本" })),
    ).rejects.toMatchObject({ name: "InvalidArgument" });
  });

  test("names what is missing", async () => {
    await expect(f.read("missing")).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(
      f.client.send(new CopyObjectCommand({ Bucket, Key: "k", CopySource: `${Bucket}/%zz` })),
    ).rejects.toMatchObject({ name: "InvalidURI" });
    f.mayList = false;
    await expect(f.read("missing")).rejects.toMatchObject({ name: "AccessDenied" });
    await expect(f.client.send(new GetObjectCommand({ Bucket: "other", Key: "k" }))).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
  });
});
