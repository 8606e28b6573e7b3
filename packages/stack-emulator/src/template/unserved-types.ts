import type { Template } from "./types.ts";

/** The types that the emulator serves. */
const servedTypes = [
  "AWS::ApiGatewayV2::Api",
  "AWS::ApiGatewayV2::Authorizer",
  "AWS::ApiGatewayV2::Integration",
  "AWS::ApiGatewayV2::Route",
  "AWS::ApiGatewayV2::RouteResponse",
  "AWS::ApiGatewayV2::Stage",
  "AWS::Cognito::UserPool",
  "AWS::Cognito::UserPoolClient",
  "AWS::Cognito::UserPoolGroup",
  "AWS::DynamoDB::GlobalTable",
  "AWS::DynamoDB::Table",
  "AWS::IAM::ManagedPolicy",
  "AWS::IAM::Policy",
  "AWS::IAM::Role",
  "AWS::IAM::RolePolicy",
  "AWS::Lambda::EventSourceMapping",
  "AWS::Lambda::Function",
  "AWS::Lambda::Permission",
  "AWS::S3::Bucket",
  "AWS::SNS::Topic",
  "AWS::SQS::Queue",
];

/**
 * Types without effect on one machine: permissions of other accounts, logs, alarms and keys, and
 * the tools of a deployment.
 */
const inertTypes = [
  "AWS::ApiGatewayV2::Deployment",
  "AWS::CDK::Metadata",
  "AWS::CloudWatch::Alarm",
  "AWS::CloudWatch::Dashboard",
  "AWS::GuardDuty::MalwareProtectionPlan",
  "AWS::KMS::Alias",
  "AWS::KMS::Key",
  "AWS::Logs::LogGroup",
  "AWS::S3::BucketPolicy",
  "AWS::SNS::TopicPolicy",
  "AWS::SQS::QueuePolicy",
];

/**
 * Returns the types of resources in the template that the emulator does not serve, although other
 * parts may depend on them.
 */
export function unservedTypes({ resources }: Pick<Template, "resources">): readonly string[] {
  const known = new Set([...servedTypes, ...inertTypes]);
  const types = new Set([...resources.values()].map(({ Type }) => Type));
  return [...types].filter((type) => !known.has(type) && !type.startsWith("Custom::")).sort();
}
