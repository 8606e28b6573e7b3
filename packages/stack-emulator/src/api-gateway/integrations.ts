import { numberOf, resourcesOfType, textOf } from "../template/read.ts";
import type { ResolvedStack } from "../template/types.ts";

/** The target of a route: a function, and the time that the gateway waits for it. */
export interface Integration {
  readonly functionLogicalId: string;
  readonly payloadFormatVersion: string | undefined;
  readonly timeoutMs: number | undefined;
}

/** The integrations of both APIs by physical id. Only Lambda proxies are served. */
export function readIntegrations(stack: ResolvedStack): ReadonlyMap<string, Integration> {
  const integrations = new Map<string, Integration>();
  const functionByArn = functionsByArn(stack);
  for (const [logicalId, { Properties }] of resourcesOfType(stack, "AWS::ApiGatewayV2::Integration")) {
    const uri = textOf(Properties.IntegrationUri) ?? "";
    const functionLogicalId = functionByArn.get(lambdaArnIn(uri));
    if (Properties.IntegrationType !== "AWS_PROXY" || !functionLogicalId) {
      throw new Error(
        `The integration ${logicalId} is no Lambda proxy to a function of the stack; others are not served.`,
      );
    }
    integrations.set(String(stack.resolve({ Ref: logicalId })), {
      functionLogicalId,
      payloadFormatVersion: textOf(Properties.PayloadFormatVersion),
      timeoutMs: numberOf(Properties.TimeoutInMillis),
    });
  }
  return integrations;
}

export function functionsByArn(stack: ResolvedStack): ReadonlyMap<string, string> {
  const ids = [...resourcesOfType(stack, "AWS::Lambda::Function").keys()];
  return new Map(
    ids.map((logicalId) => [String(stack.resolve({ "Fn::GetAtt": [logicalId, "Arn"] })), logicalId]),
  );
}

/**
 * An invocation URI is
 * `arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations`.
 */
export function lambdaArnIn(uri: string): string {
  return /\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;
}

/** Returns the integration that `integrations/{id}` names. */
export function integrationOf(
  integrations: ReadonlyMap<string, Integration>,
  target: unknown,
  routeLogicalId: string,
): Integration {
  const integration = integrations.get((textOf(target) ?? "").replace(/^integrations\//, ""));
  if (!integration)
    throw new Error(`The route ${routeLogicalId} has no integration, so nothing can answer it.`);
  return integration;
}
