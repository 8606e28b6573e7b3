import { ACCOUNT_ID, REGION } from "./pseudo-parameters.ts";
import type { PhysicalNames, Resource, Template } from "./types.ts";

/** Physical names that can also be looked up. */
export interface NameTable extends PhysicalNames {
  findRef(logicalId: string): string | undefined;
  findAttribute(logicalId: string, name: string): string | undefined;
}

/**
 * These exist only once someone made them. A made-up name would look right and lead nowhere, so
 * using one of them before it has a name is an error.
 */
const provisionedTypes: ReadonlySet<string> = new Set([
  "AWS::DynamoDB::Table",
  "AWS::DynamoDB::GlobalTable",
  "AWS::Cognito::UserPool",
  "AWS::Cognito::UserPoolClient",
  "AWS::Cognito::UserPoolGroup",
  "AWS::S3::Bucket",
  "AWS::SNS::Topic",
  "AWS::SQS::Queue",
]);

/**
 * Names for the resources of `template`: those that were registered, and plausible ones for all
 * that needs no provisioning.
 */
export function createNames(template: Template): NameTable {
  const refs = new Map<string, string>();
  const attributes = new Map<string, string>();
  const require = (logicalId: string, what: string): Resource => {
    const resource = template.resources.get(logicalId);
    if (!resource) throw new Error(`The template names ${logicalId}, which it does not hold.`);
    if (provisionedTypes.has(resource.Type)) {
      throw new Error(`${what} of ${logicalId} (${resource.Type}) is not known: it was not provisioned.`);
    }
    return resource;
  };
  return {
    ref: (logicalId, value) => void refs.set(logicalId, value),
    attribute: (logicalId, name, value) => void attributes.set(`${logicalId}.${name}`, value),
    findRef: (logicalId) => refs.get(logicalId) ?? ownName(logicalId, require(logicalId, "The name")),
    findAttribute: (logicalId, name) =>
      attributes.get(`${logicalId}.${name}`) ??
      ownAttribute(logicalId, name, require(logicalId, `The attribute ${name}`)),
  };
}

/** The name that the template gives, or the logical id, which is as unique. */
function ownName(logicalId: string, resource: Resource): string {
  const { Properties } = resource;
  const given =
    Properties.FunctionName ??
    Properties.RoleName ??
    Properties.LogGroupName ??
    Properties.StageName ??
    logicalId;
  if (resource.Type.startsWith("AWS::ApiGatewayV2::") && resource.Type !== "AWS::ApiGatewayV2::Stage") {
    return apiGatewayId(logicalId);
  }
  return typeof given === "string" ? given : logicalId;
}

function ownAttribute(logicalId: string, name: string, resource: Resource): string {
  const physical = ownName(logicalId, resource);
  const account = `${REGION}:${ACCOUNT_ID}`;
  if (name === "Arn") {
    if (resource.Type === "AWS::Lambda::Function") return `arn:aws:lambda:${account}:function:${physical}`;
    if (resource.Type === "AWS::IAM::Role") return `arn:aws:iam::${ACCOUNT_ID}:role/${physical}`;
    if (resource.Type === "AWS::Logs::LogGroup") return `arn:aws:logs:${account}:log-group:${physical}:*`;
    const service = resource.Type.split("::")[1]?.toLowerCase() ?? "unknown";
    return `arn:aws:${service}:${account}:${physical}`;
  }
  if (name === "ApiEndpoint") {
    const scheme = resource.Properties.ProtocolType === "WEBSOCKET" ? "wss" : "https";
    return `${scheme}://${physical}.execute-api.${REGION}.amazonaws.com`;
  }
  return physical;
}

/** Ids of API Gateway are ten letters and digits; these stay the same from start to start. */
function apiGatewayId(logicalId: string): string {
  let hash = 0n;
  for (const char of logicalId) hash = (hash * 131n + BigInt(char.charCodeAt(0))) % 36n ** 10n;
  return hash.toString(36).padStart(10, "a");
}
