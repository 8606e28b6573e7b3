/**
 * The region and account that the stack lives in here; no call leaves the machine, so any valid
 * ones do.
 */
export const REGION = "us-east-1";
export const ACCOUNT_ID = "000000000000";

/** The value of `AWS::NoValue`: a property that has it is dropped. */
export const NO_VALUE = Symbol("AWS::NoValue");

/**
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
 */
export function pseudoParameters(stackName: string): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ["AWS::Region", REGION],
    ["AWS::AccountId", ACCOUNT_ID],
    ["AWS::Partition", "aws"],
    ["AWS::StackName", stackName],
    ["AWS::StackId", `arn:aws:cloudformation:${REGION}:${ACCOUNT_ID}:stack/${stackName}/local`],
    ["AWS::URLSuffix", "amazonaws.com"],
    ["AWS::NotificationARNs", []],
    ["AWS::NoValue", NO_VALUE],
  ]);
}
