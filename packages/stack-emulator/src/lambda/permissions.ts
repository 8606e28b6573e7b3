import { arnWildcard } from "../proxy/iam/wildcard.ts";
import type { ResolvedStack } from "../template/types.ts";

/**
 * May API Gateway invoke the function for this route? Lambda asks the function's own policy, which
 * the template writes as AWS::Lambda::Permission:
 * https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
type InvokePermission = (functionLogicalId: string, sourceArn: string) => boolean;

export function readApiGatewayPermissions(stack: ResolvedStack): InvokePermission {
  const patterns = new Map<string, string[]>();
  const functionByName = new Map<string, string>();
  for (const [logicalId, { Type }] of stack.resources) {
    if (Type !== "AWS::Lambda::Function") continue;
    functionByName.set(String(stack.resolve({ Ref: logicalId })), logicalId);
    functionByName.set(String(stack.resolve({ "Fn::GetAtt": [logicalId, "Arn"] })), logicalId);
  }
  for (const { Type, Properties } of stack.resources.values()) {
    if (Type !== "AWS::Lambda::Permission") continue;
    if (Properties.Principal !== "apigateway.amazonaws.com") continue;
    if (Properties.Action !== "lambda:InvokeFunction" && Properties.Action !== "lambda:*") continue;
    const logicalId = functionByName.get(String(Properties.FunctionName));
    if (!logicalId) continue;
    patterns.set(logicalId, [...(patterns.get(logicalId) ?? []), String(Properties.SourceArn ?? "*")]);
  }
  const decided = new Map<string, boolean>();
  return (functionLogicalId, sourceArn) => {
    const key = `${functionLogicalId} ${sourceArn}`;
    const known = decided.get(key);
    if (known !== undefined) return known;
    const allowed = (patterns.get(functionLogicalId) ?? []).some((pattern) =>
      arnWildcard(pattern)(sourceArn),
    );
    decided.set(key, allowed);
    return allowed;
  };
}
