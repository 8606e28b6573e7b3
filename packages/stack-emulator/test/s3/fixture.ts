import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandOutput,
  S3Client,
} from "@aws-sdk/client-s3";
import { createClock, type SharedClock } from "../../src/clock.ts";
import { createS3, type S3 } from "../../src/s3/index.ts";
import type { Resource } from "../../src/template/types.ts";
import { type StoreServer, serveStore } from "../support/store-server.ts";

export const Bucket = "files";

/** A bucket `files` on disk behind a real server, and a client that signs as `worker-1`. */
export interface S3Fixture {
  readonly clock: SharedClock;
  /** Events that functions were invoked with, each with the function's logical id. */
  readonly invocations: [string, unknown][];
  /** Whether the caller may list the bucket. */
  mayList: boolean;
  readonly s3: S3;
  readonly endpoint: string;
  readonly client: S3Client;
  clientAs(accessKeyId: string, secretAccessKey: string, endpoint?: string): S3Client;
  put(key: string, body?: string): Promise<PutObjectCommandOutput>;
  read(key: string): Promise<string | undefined>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

interface Running {
  readonly s3: S3;
  readonly server: StoreServer;
  readonly client: S3Client;
}

export async function openS3(bucketProperties: Record<string, unknown> = {}): Promise<S3Fixture> {
  const dataDir = await mkdtemp(join(tmpdir(), "stack-emulator-"));
  const clock = createClock();
  const invocations: [string, unknown][] = [];
  const bucket: Resource = {
    Type: "AWS::S3::Bucket",
    Properties: { BucketName: Bucket, ...bucketProperties },
  };
  const secrets = new Map([["worker-1", "secret-1"]]);

  const start = async (): Promise<Running> => {
    const s3: S3 = createS3({
      resources: new Map([["Files", bucket]]),
      dataDir,
      fresh: false,
      clock,
      location: { accountId: "000000000000", region: "us-east-1", endpoint: () => server.endpoint },
      secretOf: (id) => secrets.get(id),
      functions: () => ({
        invoke: async (id, event) => void invocations.push([id, event]),
        crash: () => {},
        caller: () => undefined,
      }),
      log: () => {},
      mayList: () => fixture.mayList,
    });
    const server: StoreServer = await serveStore((request) => s3.handle(request));
    return { s3, server, client: clientAs("worker-1", "secret-1", server.endpoint) };
  };
  const clientAs = (accessKeyId: string, secretAccessKey: string, endpoint?: string): S3Client =>
    new S3Client({
      region: "us-east-1",
      endpoint: endpoint ?? running.server.endpoint,
      maxAttempts: 1,
      systemClockOffset: clock.offsetMs,
      credentials: { accessKeyId, secretAccessKey, sessionToken: "token-1" },
    });
  const stop = async () => {
    running.client.destroy();
    await running.server.close();
    await running.s3.close();
  };
  const fixture: S3Fixture = {
    clock,
    invocations,
    mayList: true,
    get s3() {
      return running.s3;
    },
    get endpoint() {
      return running.server.endpoint;
    },
    get client() {
      return running.client;
    },
    clientAs,
    put: (Key, Body = "hello") => running.client.send(new PutObjectCommand({ Bucket, Key, Body })),
    async read(Key) {
      const { Body } = await running.client.send(new GetObjectCommand({ Bucket, Key }));
      return Body?.transformToString();
    },
    async restart() {
      await stop();
      running = await start();
    },
    async close() {
      await stop();
      await rm(dataDir, { recursive: true });
    },
  };
  let running = await start();
  return fixture;
}
