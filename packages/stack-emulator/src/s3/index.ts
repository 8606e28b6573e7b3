import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import type { FunctionHost } from "../lambda/types.ts";
import type { Log, StoreLocation, StoreRequest, StoreResponse } from "../store.ts";
import type { PhysicalNames, Resource } from "../template/types.ts";
import { actionOf, type S3Call, type S3Need } from "./actions.ts";
import { unframe } from "./aws-chunked.ts";
import { type Bucket, type ObjectEvent, openBucket } from "./bucket.ts";
import { readBucketConfig } from "./bucket-config.ts";
import { verifyChecksums } from "./checksums.ts";
import { tagConditions } from "./conditions.ts";
import { corsHeaders, preflightHeaders } from "./cors.ts";
import type { SecretOf } from "./credential.ts";
import { deleteObjects } from "./delete-objects.ts";
import { errorBody, notImplemented, S3Error } from "./errors.ts";
import { getObject } from "./get-object.ts";
import { listObjectsV2 } from "./listing.ts";
import { notification, notify, readNotificationTargets, wants } from "./notifications.ts";
import { openObjectFiles } from "./object-files.ts";
import { postObject } from "./post-object.ts";
import { copyObject, putObject } from "./put-object.ts";
import { parseS3Request, type S3Request } from "./request.ts";
import { authenticate } from "./signature.ts";
import { parseTagging, taggingDocument } from "./tagging.ts";

export type { S3Call } from "./actions.ts";
export type { SecretOf } from "./credential.ts";

interface S3Options {
  /** The template's resources; the AWS::S3::Bucket ones become buckets. */
  readonly resources: ReadonlyMap<string, Resource>;
  readonly dataDir: string;
  /** Begin with empty buckets. */
  readonly fresh: boolean;
  readonly clock: Clock;
  readonly location: StoreLocation;
  readonly secretOf: SecretOf;
  /** Called when a bucket has a function to notify. */
  readonly functions: () => FunctionHost;
  readonly log: Log;
  /**
   * Whether an access key's owner may list the bucket; decides between 403 and 404 for a missing
   * key. Default: yes.
   */
  readonly mayList?: (accessKeyId: string, bucketArn: string) => boolean;
}

export interface S3 {
  /** Registers the buckets' names and ARNs. */
  provision(names: PhysicalNames): void;
  handle(request: StoreRequest): Promise<StoreResponse>;
  /**
   * Returns what a request asks for and its signer, by header, query or form, for policies and
   * meters. Nothing is verified yet.
   */
  describe(request: StoreRequest): S3Call;
  /** Waits for notifications under way. */
  close(): Promise<void>;
}

/** A folder-backed S3 of the template's buckets, below `<dataDir>/s3`. */
export function createS3(options: S3Options): S3 {
  const { clock, location, log } = options;
  const root = join(options.dataDir, "s3");
  if (options.fresh) rmSync(root, { recursive: true, force: true });
  const targets = readNotificationTargets(options.resources);
  const running = new Set<Promise<void>>();
  const closing = new AbortController();
  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: closing.signal }).catch(() => {});

  const tell = (logicalId: string, name: string, event: ObjectEvent): void => {
    for (const target of targets.filter((t) => t.bucketLogicalId === logicalId && wants(t, event))) {
      const message = notification(target, event, name, location, clock);
      const done = notify(options.functions(), target, message, log, pause).finally(() =>
        running.delete(done),
      );
      running.add(done);
    }
  };
  const buckets = new Map<string, Bucket>();
  for (const [logicalId, resource] of options.resources) {
    if (resource.Type !== "AWS::S3::Bucket") continue;
    const config = readBucketConfig(logicalId, resource);
    const files = openObjectFiles(join(root, config.name));
    buckets.set(
      config.name,
      openBucket(config, files, clock, (event) => tell(logicalId, config.name, event)),
    );
  }
  const bucketNames = new Set(buckets.keys());
  /** The tags of the object with this ARN; of none where there is none. */
  const tagsOf = (arn: string): Readonly<Record<string, string>> => {
    const [, bucket = "", key = ""] = /^arn:aws:s3:::([^/]+)\/(.*)$/s.exec(arn) ?? [];
    return buckets.get(bucket)?.get(key)?.tags ?? {};
  };
  clock.onAdvance(() => {
    for (const bucket of buckets.values()) bucket.expire();
  });

  return {
    provision(names) {
      for (const { config } of buckets.values()) {
        names.ref(config.logicalId, config.name);
        names.attribute(config.logicalId, "Arn", `arn:aws:s3:::${config.name}`);
        names.attribute(config.logicalId, "DomainName", `${config.name}.s3.amazonaws.com`);
        names.attribute(
          config.logicalId,
          "RegionalDomainName",
          `${config.name}.s3.${location.region}.amazonaws.com`,
        );
      }
    },
    describe(request) {
      try {
        const call = actionOf(parseS3Request(request, bucketNames));
        const context = (need: S3Need) => ({
          ...need.context?.(),
          ...tagConditions(need.action, tagsOf(need.resource)),
        });
        return { ...call, needs: call.needs.map((need) => ({ ...need, context: () => context(need) })) };
      } catch (error) {
        if (!(error instanceof S3Error)) throw error;
        // It needs no permission to be told what is wrong with it.
        return { accessKeyId: undefined, action: error.code, needs: [], bucket: "", key: "" };
      }
    },
    async handle(request) {
      const requestId = randomUUID().replaceAll("-", "").slice(0, 16).toUpperCase();
      // The SDK corrects its own clock by this header, so it must tell the emulator's time.
      const common = {
        "x-amz-request-id": requestId,
        date: new Date(clock.now()).toUTCString(),
        server: "AmazonS3",
      };
      let cors: Record<string, string> = {};
      try {
        const parsed = parseS3Request(request, bucketNames);
        cors = corsHeaders(parsed, buckets.get(parsed.bucket)?.config);
        const response = await serve(parsed, buckets, options);
        return { ...response, headers: { ...common, ...cors, ...response.headers } };
      } catch (error) {
        if (!(error instanceof S3Error)) throw error;
        const headers = { ...common, ...cors, "content-type": "application/xml" };
        // HEAD has no body, so its callers see the status alone.
        const body =
          request.method === "HEAD" ? "" : errorBody(error, request.url.split("?")[0] ?? "", requestId);
        return { status: error.status, headers, body };
      }
    },
    async close() {
      closing.abort();
      await Promise.allSettled(running);
    },
  };
}

async function serve(
  framed: S3Request,
  buckets: ReadonlyMap<string, Bucket>,
  options: S3Options,
): Promise<StoreResponse> {
  const { clock } = options;
  const named = (name: string): Bucket => {
    const found = buckets.get(name);
    if (found === undefined) {
      throw new S3Error(404, "NoSuchBucket", "The specified bucket does not exist", { BucketName: name });
    }
    return found;
  };
  if (framed.bucket === "") throw notImplemented("requests without a bucket, such as ListBuckets");
  if (framed.method === "OPTIONS")
    return { status: 200, headers: preflightHeaders(framed, named(framed.bucket).config), body: "" };
  const context = { clock, region: options.location.region, secretOf: options.secretOf };
  const { action } = actionOf(framed);
  if (action === "PostObject")
    return postObject(framed, named(framed.bucket), context, options.location.endpoint());

  const accessKeyId = await authenticate(framed, context);
  const bucket = named(framed.bucket);
  const request = unframe(framed);
  switch (action) {
    case "PutObject":
      return putObject(request, bucket, clock.now());
    case "CopyObject":
      return copyObject(request, bucket, named, clock.now());
    case "GetObject":
    case "HeadObject":
      return getObject(
        request,
        bucket,
        options.mayList?.(accessKeyId, `arn:aws:s3:::${bucket.config.name}`) ?? true,
      );
    case "DeleteObject":
      bucket.delete(request.key);
      return { status: 204, headers: {}, body: "" };
    case "DeleteObjects":
      verifyChecksums(request.headers, request.body);
      return xml(deleteObjects(request, bucket));
    case "ListObjectsV2":
      return xml(listObjectsV2(request, bucket));
    case "GetObjectTagging":
      return xml(taggingDocument(bucket.access(request.key).tags));
    case "PutObjectTagging":
      verifyChecksums(request.headers, request.body);
      bucket.setTags(request.key, parseTagging(request.body.toString("utf8")));
      return { status: 200, headers: {}, body: "" };
    case "DeleteObjectTagging":
      bucket.setTags(request.key, {});
      return { status: 204, headers: {}, body: "" };
    case "HeadBucket":
      return { status: 200, headers: { "x-amz-bucket-region": options.location.region }, body: "" };
    default:
      throw notImplemented(action);
  }
}

const xml = (body: string): StoreResponse => ({
  status: 200,
  headers: { "content-type": "application/xml" },
  body,
});
