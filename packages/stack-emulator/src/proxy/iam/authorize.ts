import type { Caller } from "../../lambda/types.ts";
import type { Log } from "../../store.ts";
import { ACCOUNT_ID, REGION } from "../../template/pseudo-parameters.ts";
import type { ResolvedStack } from "../../template/types.ts";
import type { ConditionContext, Need } from "../types.ts";
import { UnsupportedCondition } from "./conditions.ts";
import { collectStatements, type Statement } from "./policies.ts";

export interface Authorizer {
  /**
   * The sentence with which AWS refuses the first need that is not granted; undefined when all are.
   */
  refusal(
    caller: Pick<Caller, "functionLogicalId" | "roleLogicalId">,
    needs: readonly Need[],
  ): string | undefined;
  /** Whether the role of a function may do this. */
  mayCall(functionLogicalId: string, need: Need): boolean;
}

/**
 * Holds calls against the identity-based policies of the calling function's role, as IAM evaluates
 * them: an explicit deny wins, and what nothing allows is denied. Policies on buckets and queues
 * are not evaluated.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function createAuthorizer(options: {
  readonly stack: () => ResolvedStack;
  /** A role's name, by which policies are attached to it. */
  readonly nameOf: (logicalId: string) => string;
  readonly log: Log;
}): Authorizer {
  const roles = new Map<string, readonly Statement[]>();
  const statementsOf = (roleLogicalId: string) => {
    const known = roles.get(roleLogicalId);
    if (known) return known;
    const name = options.nameOf(roleLogicalId);
    const collected = collectStatements(options.stack(), roleLogicalId, name, options.log);
    roles.set(roleLogicalId, collected);
    return collected;
  };
  const refusal: Authorizer["refusal"] = (caller, needs) => {
    const statements = statementsOf(caller.roleLogicalId);
    for (const need of needs) {
      const why = reasonToRefuse(statements, need, options.log);
      if (why === undefined) continue;
      const role = options.nameOf(caller.roleLogicalId);
      const user = `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${role}/${options.nameOf(caller.functionLogicalId)}`;
      return `User: ${user} is not authorized to perform: ${need.action} on resource: ${need.resource} ${why}`;
    }
    return undefined;
  };
  return {
    refusal,
    mayCall(functionLogicalId, need) {
      const { resources, resolve } = options.stack();
      const roleArn = resources.get(functionLogicalId)?.Properties.Role;
      const role = [...resources].find(
        ([logicalId, { Type }]) =>
          Type === "AWS::IAM::Role" && resolve({ "Fn::GetAtt": [logicalId, "Arn"] }) === roleArn,
      );
      return role !== undefined && !refusal({ functionLogicalId, roleLogicalId: role[0] }, [need]);
    },
  };
}

function reasonToRefuse(statements: readonly Statement[], need: Need, log: Log): string | undefined {
  let context: ConditionContext | undefined;
  const applies = ({ matchesAction, matchesResource, condition }: Statement) => {
    if (!matchesAction(need.action) || !matchesResource(need.resource)) return false;
    if (!condition) return true;
    context ??= { ...globalContext, ...need.context?.() };
    return condition(context);
  };
  try {
    let allowed = false;
    for (const statement of statements) {
      if (!applies(statement)) continue;
      if (statement.effect === "Deny") return "with an explicit deny in an identity-based policy";
      allowed = true;
    }
    return allowed ? undefined : `because no identity-based policy allows the ${need.action} action`;
  } catch (error) {
    if (!(error instanceof UnsupportedCondition)) throw error;
    log(`${need.action} on ${need.resource} is refused: ${error.message}`);
    return `because ${error.message}`;
  }
}

/**
 * Functions reach AWS over TLS; that they reach this machine's proxy without it is no difference of
 * the stack.
 */
const globalContext: ConditionContext = {
  "aws:securetransport": ["true"],
  "aws:principalaccount": [ACCOUNT_ID],
  "aws:resourceaccount": [ACCOUNT_ID],
  "aws:requestedregion": [REGION],
};
