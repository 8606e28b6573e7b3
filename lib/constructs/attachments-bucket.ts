import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  HttpMethods,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Duration, Validations } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { StagePolicy } from "../stage.ts";

/** Uploads start below this prefix and leave it when a message takes them; what stays was never sent. */
export const pendingPrefix = "pending/";

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
        { id: "expire-pending-uploads", prefix: pendingPrefix, expiration: Duration.days(1) },
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
}
