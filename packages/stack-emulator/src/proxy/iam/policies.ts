import type { Log } from "../../store.ts";
import type { ResolvedStack } from "../../template/types.ts";
import { isRecord } from "../types.ts";
import { type ConditionTest, compileConditions } from "./conditions.ts";
import { arnWildcard, wildcard } from "./wildcard.ts";

export interface Statement {
  readonly effect: "Allow" | "Deny";
  matchesAction(action: string): boolean;
  matchesResource(resource: string): boolean;
  readonly condition: ConditionTest | undefined;
}

/**
 * All statements that apply to a role: its inline policies, the policies attached to it, and those
 * of managed policies that the template defines. Policies managed by AWS are not in the template:
 * AWSLambdaBasicExecutionRole grants logs alone, and any other is left out with a log line.
 */
export function collectStatements(
  stack: ResolvedStack,
  roleLogicalId: string,
  roleName: string,
  log: Log,
): readonly Statement[] {
  const role = stack.resources.get(roleLogicalId);
  const documents: unknown[] = list(role?.Properties.Policies).map((policy) =>
    isRecord(policy) ? policy.PolicyDocument : undefined,
  );
  for (const { Type, Properties } of stack.resources.values()) {
    const isAttached =
      ((Type === "AWS::IAM::Policy" || Type === "AWS::IAM::ManagedPolicy") &&
        list(Properties.Roles).includes(roleName)) ||
      (Type === "AWS::IAM::RolePolicy" && Properties.RoleName === roleName);
    if (isAttached) documents.push(Properties.PolicyDocument);
  }
  for (const arn of list(role?.Properties.ManagedPolicyArns)) {
    if (!String(arn).includes(":iam::aws:policy/")) continue;
    if (!String(arn).endsWith("AWSLambdaBasicExecutionRole")) {
      log(`role ${roleName}: ${arn} is not in the template, so it grants nothing here`);
    }
  }
  return documents.flatMap((document) =>
    isRecord(document) ? list(document.Statement).filter(isRecord).map(compileStatement) : [],
  );
}

function compileStatement(statement: Record<string, unknown>): Statement {
  // Actions compare without regard to case, resources with it.
  const matchesAction = matcher(statement.Action, statement.NotAction, (action) =>
    wildcard(action, { ignoreCase: true }),
  );
  const matchesResource = matcher(statement.Resource, statement.NotResource, arnWildcard);
  return {
    effect: statement.Effect === "Deny" ? "Deny" : "Allow",
    matchesAction,
    matchesResource,
    condition: compileConditions(statement.Condition),
  };
}

function matcher(
  patterns: unknown,
  notPatterns: unknown,
  compile: (pattern: string) => (text: string) => boolean,
): (text: string) => boolean {
  const tests = list(patterns ?? notPatterns).map((pattern) => compile(String(pattern)));
  const matches = (text: string) => tests.some((test) => test(text));
  return patterns === undefined ? (text) => !matches(text) : matches;
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
