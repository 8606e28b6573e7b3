import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Alias } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import type { FunctionNeeds } from "../functions.ts";
import type { ParleyFunction } from "./parley-function.ts";

/** The topic that gets every notification for a user who is not connected. */
export class NotificationTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.topic = new Topic(this, "Topic", {
      // AWS's own key for SNS. Its policy admits every principal of the account that may use the
      // topic, and keeping it costs nothing.
      // https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html
      masterKey: Alias.fromAliasName(this, "Key", "alias/aws/sns"),
      enforceSSL: true,
    });
  }

  /** Lets a function publish, if its needs say so. */
  grantPublishing(granted: ParleyFunction, { publishes }: FunctionNeeds): void {
    if (!publishes) return;
    granted.grant(new PolicyStatement({ actions: ["sns:Publish"], resources: [this.topic.topicArn] }));
  }
}
