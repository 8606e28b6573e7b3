import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  HttpMethods,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Duration, Stack, Validations } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { FunctionNeeds, ObjectPlace } from "../functions.ts";
import type { StagePolicy } from "../stage.ts";
import type { ParleyFunction } from "./parley-function.ts";

/**
 * Where uploads arrive, and where they are copied to when a message, or a profile, takes them. What arrived is removed
 * after a day either way: while it is there, S3 refuses a second use of its upload.
 */
const prefixes: Readonly<Record<ObjectPlace, string>> = {
  pending: "pending/",
  files: "files/",
  avatars: "avatars/",
};

/**
 * Malware is read by no function, and so by nobody who has a URL of theirs, nor copied into a message.
 * https://docs.aws.amazon.com/guardduty/latest/ug/tag-based-access-s3-malware-protection.html
 */
const notMalware = {
  StringNotEquals: { "s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "THREATS_FOUND" },
};

// Object.keys forgets the key type.
function placesOf(actions: object) {
  return Object.keys(actions) as ObjectPlace[];
}

/** A bucket's ARN as cdk-nag writes it in what it finds. */
export function arnInFindings(bucket: Bucket): string {
  const { defaultChild } = bucket.node;
  if (!(defaultChild instanceof CfnBucket)) throw new Error("A bucket is made of an AWS::S3::Bucket.");
  return `<${Stack.of(bucket).getLogicalId(defaultChild)}.Arn>`;
}

export interface AttachmentsBucketProps {
  readonly policy: StagePolicy;
  readonly corsOrigins: readonly string[];
}

/** Where files are uploaded to and downloaded from, by presigned URL alone. */
export class AttachmentsBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: AttachmentsBucketProps) {
    super(scope, id);
    this.bucket = new Bucket(this, "Bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      cors:
        props.corsOrigins.length === 0
          ? []
          : [
              {
                allowedOrigins: [...props.corsOrigins],
                allowedMethods: [HttpMethods.GET, HttpMethods.HEAD, HttpMethods.POST, HttpMethods.PUT],
                allowedHeaders: ["*"],
                exposedHeaders: ["ETag"],
                maxAge: 3_600,
              },
            ],
      lifecycleRules: [
        { id: "abort-unfinished-uploads", abortIncompleteMultipartUploadAfter: Duration.days(1) },
        { id: "expire-pending-uploads", prefix: prefixes.pending, expiration: Duration.days(1) },
      ],
      // A bucket that holds objects is not deleted: emptying it on destroy would take a custom resource, a function of
      // the CDK's own with rights over every object, in each template. `docs/deploying.md` has the command instead.
      removalPolicy: props.policy.removalPolicy,
    });

    Validations.of(this.bucket).acknowledge({
      id: "AwsSolutions-S1",
      reason:
        "Objects are reached by presigned URL alone, and each URL is made by a function that logs who asked for it. " +
        "Who wants every read recorded turns on CloudTrail data events, which need no second bucket.",
    });
  }

  /** Lets a function do to objects what it needs to, and tells it where they are. */
  grantObjects(granted: ParleyFunction, { objectActions, listsObjects }: FunctionNeeds): void {
    if (!objectActions) return;
    granted.function.addEnvironment("BUCKET_NAME", this.bucket.bucketName);
    granted.function.addEnvironment("BUCKET_HOST", this.bucket.bucketRegionalDomainName);
    if (listsObjects) {
      granted.grant(
        new PolicyStatement({
          actions: ["s3:ListBucket"],
          resources: [this.bucket.bucketArn],
          // https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
          conditions: { StringLike: { "s3:prefix": listsObjects.map((place) => `${prefixes[place]}*`) } },
        }),
      );
    }
    for (const place of placesOf(objectActions)) {
      for (const action of objectActions[place] ?? []) {
        granted.grant(
          new PolicyStatement({
            actions: [`s3:${action}`],
            resources: [this.bucket.arnForObjects(`${prefixes[place]}*`)],
            ...(action === "GetObject" && { conditions: notMalware }),
          }),
        );
      }
      Validations.of(granted).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${arnInFindings(this.bucket)}/${prefixes[place]}*]`,
        reason: "Each upload is an object of its own, whose key holds an id that is made up when it begins.",
      });
    }
  }
}
