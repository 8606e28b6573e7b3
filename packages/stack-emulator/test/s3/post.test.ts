import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
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

describe("POST forms", () => {
  interface Upload {
    readonly key?: string;
    readonly conditions?: NonNullable<Parameters<typeof createPresignedPost>[1]["Conditions"]>;
    readonly fields?: Record<string, string>;
    readonly extra?: Record<string, string>;
    readonly body?: string;
    readonly fileName?: string;
  }

  async function upload({
    key = "up/k",
    conditions = [],
    fields = {},
    extra = {},
    body = "hello",
    fileName = "f.png",
  }: Upload) {
    const post = await createPresignedPost(f.client, {
      Bucket,
      Key: key,
      Conditions: conditions,
      Fields: fields,
      Expires: 60,
    });
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...post.fields, ...extra })) form.set(name, value);
    form.set("file", new File([body], fileName));
    return async () => {
      const response = await fetch(post.url, { method: "POST", body: form, redirect: "manual" });
      const text = await response.text();
      return { status: response.status, text, headers: response.headers };
    };
  }
  const send = async (options: Upload) => (await upload(options))();

  test("stores a file whose form keeps to the policy", async () => {
    const answer = await send({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: S3 replaces it.
      key: "up/${filename}",
      conditions: [
        ["content-length-range", 1, 10],
        ["starts-with", "$Content-Type", "image/"],
      ],
      fields: { "x-amz-meta-owner": "u1" },
      extra: { "Content-Type": "image/png", "x-ignore-this": "1" },
      fileName: "path/to/a b.png",
    });
    expect(answer.status).toBe(204);
    const head = await f.client.send(new HeadObjectCommand({ Bucket, Key: "up/a b.png" }));
    expect(head).toMatchObject({ ContentType: "image/png", Metadata: { owner: "u1" }, ContentLength: 5 });
  });

  test("keeps bytes that are no text", async () => {
    const post = await createPresignedPost(f.client, { Bucket, Key: "bytes" });
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const form = new FormData();
    for (const [name, value] of Object.entries(post.fields)) form.set(name, value);
    form.set("file", new Blob([bytes]));
    await fetch(post.url, { method: "POST", body: form });
    const { Body } = await f.client.send(new GetObjectCommand({ Bucket, Key: "bytes" }));
    expect(await Body?.transformToByteArray()).toEqual(bytes);
  });

  test.each<[string, Upload, number, string]>([
    ["another key", { extra: { key: "elsewhere" } }, 403, "Policy Condition failed"],
    [
      "a field that the policy does not name",
      { extra: { "x-amz-meta-a": "1" } },
      403,
      "Extra input fields: x-amz-meta-a",
    ],
    [
      "another exact value",
      { fields: { "Content-Type": "image/png" }, extra: { "Content-Type": "text/html" } },
      403,
      "Policy Condition failed",
    ],
    [
      "a missing field",
      { conditions: [["eq", "$Content-Type", "image/png"]] },
      403,
      "Policy Condition failed",
    ],
    [
      "another prefix",
      { conditions: [["starts-with", "$Content-Type", "image/"]], extra: { "Content-Type": "text/html" } },
      403,
      "Policy Condition failed",
    ],
    ["a file too large", { conditions: [["content-length-range", 0, 4]] }, 400, "EntityTooLarge"],
    ["a file too small", { conditions: [["content-length-range", 6, 9]] }, 400, "EntityTooSmall"],
    [
      "an altered policy",
      { extra: { Policy: Buffer.from("{}").toString("base64") } },
      403,
      "SignatureDoesNotMatch",
    ],
    [
      "another signer",
      { extra: { "X-Amz-Credential": "worker-2/20260101/us-east-1/s3/aws4_request" } },
      403,
      "InvalidAccessKeyId",
    ],
  ])("refuses %s", async (_, options, status, text) => {
    const answer = await send(options);
    expect(answer.text).toContain(text);
    expect(answer.status).toBe(status);
    await expect(f.read("up/k")).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  test("refuses an expired policy", async () => {
    const later = await upload({});
    f.clock.advance(61_000);
    expect((await later()).text).toContain("Invalid according to Policy: Policy expired.");
  });

  test("refuses a form without a policy, and one without a file", async () => {
    const form = new FormData();
    form.set("key", "k");
    form.set("file", new Blob(["x"]));
    const post = () => fetch(`${f.endpoint}/${Bucket}`, { method: "POST", body: form });
    expect((await post()).status).toBe(403);
    form.delete("file");
    expect(await (await post()).text()).toContain("POST requires exactly one file upload per request.");
  });

  test("answers as the form asks", async () => {
    const created = await send({ fields: { success_action_status: "201" } });
    expect(created.status).toBe(201);
    expect(created.text).toContain("<Key>up/k</Key>");
    const redirected = await send({
      fields: { success_action_redirect: "https://app.example.com/done?x=1" },
    });
    expect(redirected.status).toBe(303);
    expect(redirected.headers.get("location")).toMatch(
      /^https:\/\/app\.example\.com\/done\?x=1&bucket=files&key=up%2Fk&etag=/,
    );
  });
});
