import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { FunctionHost } from "../lambda/types.ts";
import type { Log, StoreLocation } from "../store.ts";
import { recordOf } from "../template/read.ts";
import type { Resource } from "../template/types.ts";
import type { ObjectEvent } from "./bucket.ts";
import { list } from "./bucket-config.ts";

/** One function that a bucket tells of its events. */
interface NotificationTarget {
  readonly id: string;
  readonly bucketLogicalId: string;
  readonly functionLogicalId: string;
  /** `s3:ObjectCreated:*` or one exact event. */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

/**
 * The functions that the template's buckets notify: LambdaConfigurations of the bucket, or what the
 * CDK makes of `addEventNotification`, a Custom::S3BucketNotifications whose provider calls
 * PutBucketNotificationConfiguration. Queues, topics and EventBridge as targets are refused, for
 * nothing here would deliver to them.
 */
export function readNotificationTargets(resources: ReadonlyMap<string, Resource>): NotificationTarget[] {
  return [...resources].flatMap(([logicalId, resource]) => {
    if (resource.Type === "AWS::S3::Bucket") {
      const configuration = recordOf(resource.Properties.NotificationConfiguration);
      requireOnlyFunctions(logicalId, configuration, "LambdaConfigurations");
      return list(configuration.LambdaConfigurations).map((item, index) =>
        target(logicalId, item, [String(item.Event)], item.Function, recordOf(item.Filter).S3Key, index),
      );
    }
    if (resource.Type === "Custom::S3BucketNotifications") {
      const bucket = String(recordOf(resource.Properties.BucketName).Ref);
      const configuration = recordOf(resource.Properties.NotificationConfiguration);
      requireOnlyFunctions(logicalId, configuration, "LambdaFunctionConfigurations");
      return list(configuration.LambdaFunctionConfigurations).map((item, index) => {
        const events = Array.isArray(item.Events) ? item.Events.map(String) : [];
        return target(bucket, item, events, item.LambdaFunctionArn, recordOf(item.Filter).Key, index);
      });
    }
    return [];
  });
}

function requireOnlyFunctions(
  logicalId: string,
  configuration: Readonly<Record<string, unknown>>,
  name: string,
): void {
  const other = Object.keys(configuration).filter(
    (key) => key !== name && key !== "SkipDestinationValidation",
  );
  if (other.length > 0) {
    throw new Error(
      `${logicalId}: the local S3 notifies functions only, not ${other.join(", ")}. Use a Lambda notification, or leave it out of the local stage.`,
    );
  }
}

function target(
  bucketLogicalId: string,
  item: Readonly<Record<string, unknown>>,
  events: string[],
  functionArn: unknown,
  filter: unknown,
  index: number,
): NotificationTarget {
  const rules = list(recordOf(filter).Rules ?? recordOf(filter).FilterRules);
  const rule = (name: string): string =>
    String(rules.find((r) => String(r.Name).toLowerCase() === name)?.Value ?? "");
  return {
    id: typeof item.Id === "string" ? item.Id : `${bucketLogicalId}-${index + 1}`,
    bucketLogicalId,
    functionLogicalId: functionOf(functionArn),
    events,
    prefix: rule("prefix"),
    suffix: rule("suffix"),
  };
}

/**
 * The function behind `{"Fn::GetAtt": [id, "Arn"]}`: a template names it so before anything is
 * resolved.
 */
function functionOf(arn: unknown): string {
  const attribute = recordOf(arn)["Fn::GetAtt"];
  if (Array.isArray(attribute)) return String(attribute[0]);
  throw new Error(
    `A bucket notification names its function as ${JSON.stringify(arn)}; expected Fn::GetAtt of a function's Arn.`,
  );
}

export const wants = (target: NotificationTarget, event: ObjectEvent): boolean =>
  event.object.key.startsWith(target.prefix) &&
  event.object.key.endsWith(target.suffix) &&
  target.events.some((pattern) => {
    const name = `s3:${event.name}`;
    return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  });

let sequence = 0;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export function notification(
  target: NotificationTarget,
  event: ObjectEvent,
  bucket: string,
  location: StoreLocation,
  clock: Clock,
): unknown {
  const created = event.name.startsWith("ObjectCreated");
  sequence += 1;
  return {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: location.region,
        eventTime: new Date(clock.now()).toISOString(),
        eventName: event.name,
        userIdentity: { principalId: `AWS:${location.accountId}` },
        requestParameters: { sourceIPAddress: "127.0.0.1" },
        responseElements: { "x-amz-request-id": randomUUID(), "x-amz-id-2": randomUUID() },
        s3: {
          s3SchemaVersion: "1.0",
          configurationId: target.id,
          bucket: {
            name: bucket,
            ownerIdentity: { principalId: location.accountId },
            arn: `arn:aws:s3:::${bucket}`,
          },
          object: {
            // Encoded like a form's field: a blank is a plus.
            key: encodeURIComponent(event.object.key).replaceAll("%20", "+").replaceAll("%2F", "/"),
            ...(created ? { size: event.object.size, eTag: event.object.etag.replaceAll('"', "") } : {}),
            sequencer: (clock.now() * 1000 + (sequence % 1000)).toString(16).toUpperCase().padStart(18, "0"),
          },
        },
      },
    ],
  };
}

/**
 * Invokes the target as S3 does: asynchronously, with two retries
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html; there after
 * one and two minutes, here after one and two seconds).
 */
export async function notify(
  functions: FunctionHost,
  target: NotificationTarget,
  event: unknown,
  log: Log,
  pause: (ms: number) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    try {
      await functions.invoke(target.functionLogicalId, event, {
        operation: `notify ${target.functionLogicalId}`,
      });
      return;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log(`s3: notification of ${target.functionLogicalId} failed (attempt ${attempt} of 3): ${message}`);
      if (attempt < 3) await pause(attempt * 1000);
    }
  }
}
