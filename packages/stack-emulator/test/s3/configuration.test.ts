import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bucket, openS3, type S3Fixture } from "./fixture.ts";

const properties = {
  CorsConfiguration: {
    CorsRules: [
      {
        AllowedMethods: ["GET", "PUT"],
        AllowedOrigins: ["https://*.example.com"],
        AllowedHeaders: ["content-*"],
        ExposedHeaders: ["ETag"],
        MaxAge: 600,
      },
    ],
  },
  LifecycleConfiguration: {
    Rules: [
      { Status: "Enabled", Prefix: "pending/", ExpirationInDays: 1 },
      { Status: "Enabled", TagFilters: [{ Key: "keep", Value: "no" }], ExpirationInDays: 2 },
      { Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
    ],
  },
  NotificationConfiguration: {
    LambdaConfigurations: [
      {
        Event: "s3:ObjectCreated:*",
        Function: { "Fn::GetAtt": ["Thumbnails", "Arn"] },
        Filter: { S3Key: { Rules: [{ Name: "suffix", Value: ".png" }] } },
      },
    ],
  },
};
const day = 24 * 3600 * 1000;

let f: S3Fixture;

beforeEach(async () => {
  f = await openS3(properties);
});
afterEach(async () => {
  await f.close();
});

describe("the bucket's configuration", () => {
  test("CORS: preflights and answers follow the rules", async () => {
    const preflight = (origin: string, method: string, headers: string) =>
      fetch(`${f.endpoint}/${Bucket}/k`, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": method,
          "access-control-request-headers": headers,
        },
      });
    const allowed = await preflight("https://app.example.com", "PUT", "content-type, content-md5");
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    expect(allowed.headers.get("access-control-allow-headers")).toBe("content-type, content-md5");
    expect(allowed.headers.get("access-control-max-age")).toBe("600");
    expect((await preflight("https://evil.test", "PUT", "content-type")).status).toBe(403);
    expect((await preflight("https://app.example.com", "DELETE", "content-type")).status).toBe(403);
    expect((await preflight("https://app.example.com", "PUT", "x-other")).status).toBe(403);

    await f.put("k");
    const url = await getSignedUrl(f.client, new GetObjectCommand({ Bucket, Key: "k" }));
    const answer = await fetch(url, { headers: { origin: "https://app.example.com" } });
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    expect(answer.headers.get("access-control-expose-headers")).toBe("ETag");
    const foreign = await fetch(url, { headers: { origin: "https://evil.test" } });
    expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("lifecycle: prefix and tag rules expire objects by the clock", async () => {
    await f.put("pending/a");
    await f.put("kept");
    await f.client.send(new PutObjectCommand({ Bucket, Key: "tagged", Body: "x", Tagging: "keep=no" }));
    const keys = async () => {
      // Signed with the time of the moved clock.
      const { Contents } = await f
        .clientAs("worker-1", "secret-1")
        .send(new ListObjectsV2Command({ Bucket }));
      return Contents?.map(({ Key }) => Key);
    };
    f.clock.advance(2 * day);
    expect(await keys()).toEqual(["kept", "tagged"]);
    f.clock.advance(day);
    expect(await keys()).toEqual(["kept"]);
  });

  test("notifications: a created object is told to the function that asked", async () => {
    await f.put("a b.txt");
    await f.put("a b.png");
    expect(f.invocations).toHaveLength(1);
    const [functionId, event] = f.invocations[0] ?? [];
    expect(functionId).toBe("Thumbnails");
    expect(event).toMatchObject({
      Records: [
        {
          eventSource: "aws:s3",
          eventName: "ObjectCreated:Put",
          s3: {
            bucket: { name: Bucket, arn: `arn:aws:s3:::${Bucket}` },
            object: { key: "a+b.png", size: 5 },
          },
        },
      ],
    });
  });
});
