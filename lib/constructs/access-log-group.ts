import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Aws, Fn } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { StagePolicy } from "../stage.ts";

export interface AccessLogGroupProps {
  /** The API that writes to it, which is part of its name. */
  readonly apiName: string;
  readonly retention: RetentionDays;
  readonly policy: StagePolicy;
}

/**
 * The log group of an API's access logs.
 *
 * Its name is below `/aws/vendedlogs/`. Any other log group that a service delivers to adds its
 * name to one resource policy of the account. That policy has up to 5,120 characters.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html
 * The name has the end of the stack's id. So a stack that is destroyed and deployed again does not
 * collide with the log group that it left behind.
 */
export class AccessLogGroup extends Construct {
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: AccessLogGroupProps) {
    super(scope, id);
    const stackId = Fn.select(2, Fn.split("/", Aws.STACK_ID));
    this.logGroup = new LogGroup(this, "LogGroup", {
      logGroupName: `/aws/vendedlogs/${Aws.STACK_NAME}/${props.apiName}/${stackId}`,
      retention: props.retention,
      removalPolicy: props.policy.removalPolicy,
    });
  }
}
