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
 * The prefix where uploads arrive, and the prefixes that they are copied to for a message or a
 * profile. Uploads that arrived are removed after a day in any case: while one is there, S3 refuses
 * a second use of its upload request.
 */
const prefixes: Readonly<Record<ObjectPlace, string>> = {
  pending: "pending/",
  files: "files/",
  avatars: "avatars/",
};

/**
 * No function can read malware. So a user with a function's URL cannot read it, and it is not
 * copied into a message.
 * https://docs.aws.amazon.com/guardduty/latest/ug/tag-based-access-s3-malware-protection.html
 */
const notMalware = {
  StringNotEquals: { "s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "THREATS_FOUND" },
};

// Safe: Object.keys loses the key type.
function placesOf(actions: object) {
  return Object.keys(actions) as ObjectPlace[];
}

/** Returns a bucket's ARN as cdk-nag writes it in its findings. */
export function arnInFindings(bucket: Bucket): string {
  const { defaultChild } = bucket.node;
  if (!(defaultChild instanceof CfnBucket)) throw new Error("A bucket is made of an AWS::S3::Bucket.");
  return `<${Stack.of(bucket).getLogicalId(defaultChild)}.Arn>`;
}

export interface AttachmentsBucketProps {
  readonly policy: StagePolicy;
  readonly corsOrigins: readonly string[];
}

/** The bucket of files. Clients upload and download them by presigned URL only. */
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
      // A bucket with objects is not deleted. To empty it on destroy, each template would need a
      // custom resource: a function of the CDK with rights over every object. `docs/deploying.md`
      // has the command instead.
      removalPolicy: props.policy.removalPolicy,
    });

    Validations.of(this.bucket).acknowledge({
      id: "AwsSolutions-S1",
      reason:
        "Objects are reached by presigned URL alone, and each URL is made by a function that logs who asked for it. " +
        "To record every read, turn on CloudTrail data events, which need no second bucket.",
    });
  }

  /**
   * Grants a function the object actions of its needs, and sets the bucket's name and host in its
   * environment.
   */
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
