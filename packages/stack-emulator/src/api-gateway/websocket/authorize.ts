import { FunctionError, type FunctionHost } from "../../lambda/types.ts";
import { arnWildcard, wildcard } from "../../proxy/iam/wildcard.ts";
import { recordOf, textsOf } from "../../template/read.ts";
import { TIMED_OUT, within } from "../deadline.ts";
import type { Handshake } from "./handshake.ts";
import type { RequestAuthorizer } from "./read-websocket-api.ts";

type ConnectAuthorization =
  | { readonly outcome: "allowed"; readonly context: Record<string, unknown> }
  | { readonly outcome: "refused"; readonly status: 401 | 403 | 500; readonly message: string };

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html:
// the integration's limit
const AUTHORIZER_TIMEOUT_MS = 29_000;
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
const MAX_RESULT_BYTES = 8 * 1024;

/**
 * Runs a REQUEST authorizer and holds its policy against the ARN of $connect: no allowing statement
 * or a denying one is 403, the error 'Unauthorized' is 401, any other failure 500:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
export async function authorizeConnect(
  functions: FunctionHost,
  authorizer: RequestAuthorizer,
  event: { readonly methodArn: string },
  log: (line: string) => void,
): Promise<ConnectAuthorization> {
  const startedAt = performance.now();
  let result: unknown;
  try {
    const work = functions.invoke(authorizer.functionLogicalId, event, { operation: "authorize" });
    result = await within(work, AUTHORIZER_TIMEOUT_MS);
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    if (error.message === "Unauthorized") return unauthorized;
    log(`authorizer: ${error.errorType}: ${error.message}`);
    return failed;
  }
  if (result === TIMED_OUT) return failed;
  const { principalId, policyDocument, context } = recordOf(result);
  const statements = [recordOf(policyDocument).Statement].flat().map(recordOf);
  if (typeof principalId !== "string" || policyDocument === undefined) {
    log("authorizer: its result has no principalId or no policyDocument.");
    return failed;
  }
  if (Buffer.byteLength(JSON.stringify(result)) > MAX_RESULT_BYTES) {
    log("authorizer: its result is larger than 8 KB.");
    return failed;
  }
  const isCovered = (effect: string) =>
    statements.some((statement) => statement.Effect === effect && covers(statement, event.methodArn));
  if (isCovered("Deny")) {
    return refused(403, "User is not authorized to access this resource with an explicit deny");
  }
  if (!isCovered("Allow")) return refused(403, "User is not authorized to access this resource");
  const text = readContext(context);
  if (!text) {
    log("authorizer: a value of its context is neither text nor a number nor a flag.");
    return failed;
  }
  const integrationLatency = Math.round(performance.now() - startedAt);
  return { outcome: "allowed", context: { principalId, integrationLatency, ...text } };
}

/**
 * The first identity source that the request lacks; the gateway then answers 401 by itself and asks
 * no function.
 */
export function findMissingIdentity(sources: readonly string[], handshake: Handshake): string | undefined {
  const headers = new Map(
    Object.entries(handshake.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return sources.find((source) => {
    const [, kind, name = ""] = /^route\.request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
    if (kind === "header") return !headers.get(name.toLowerCase());
    if (kind === "querystring") return !handshake.query?.[name];
    return false;
  });
}

function covers(statement: Readonly<Record<string, unknown>>, methodArn: string): boolean {
  const actions = textsOf([statement.Action].flat());
  const resources = textsOf([statement.Resource].flat());
  return (
    actions.some((action) => wildcard(action, { ignoreCase: true })("execute-api:Invoke")) &&
    resources.some((resource) => arnWildcard(resource)(methodArn))
  );
}

/**
 * Each value as text; undefined when one is a list or an object, which the gateway does not take.
 */
function readContext(context: unknown): Record<string, string> | undefined {
  const entries = Object.entries(recordOf(context)).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  if (entries.some(([, value]) => typeof value === "object")) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function refused(status: 401 | 403 | 500, message: string): ConnectAuthorization {
  return { outcome: "refused", status, message };
}

const unauthorized: ConnectAuthorization = {
  outcome: "refused",
  status: 401,
  message: "Unauthorized",
};
const failed: ConnectAuthorization = { outcome: "refused", status: 500, message: "Internal server error" };
