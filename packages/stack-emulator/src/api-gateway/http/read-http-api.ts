import { StartError } from "../../start-error.ts";
import { recordOf, resourcesOfType, textOf, textsOf } from "../../template/read.ts";
import type { ResolvedStack } from "../../template/types.ts";
import { type Integration, integrationOf, readIntegrations } from "../integrations.ts";
import type { JwtAuthorizer } from "./jwt-authorizer.ts";
import { parseRouteKey, type RoutePattern } from "./routes.ts";

/** The HTTP API of the template. */
interface HttpApi {
  readonly apiId: string;
  readonly corsConfiguration: unknown;
  readonly stage: Readonly<Record<string, unknown>>;
  readonly routes: readonly HttpRoute[];
}

export interface HttpRoute extends RoutePattern {
  readonly integration: Integration;
  readonly authorizer: JwtAuthorizer | undefined;
  readonly scopes: readonly string[];
}

/** Reads the one HTTP API; undefined when the template has none. */
export function readHttpApi(stack: ResolvedStack): HttpApi | undefined {
  const apis = resourcesOfType(stack, "AWS::ApiGatewayV2::Api");
  const found = [...apis].filter(([, { Properties }]) => Properties.ProtocolType === "HTTP");
  const [first] = found;
  if (!first) return undefined;
  if (found.length > 1) throw new StartError("The template has more than one HTTP API; one is served.");
  const [logicalId, api] = first;
  const apiId = String(stack.resolve({ Ref: logicalId }));
  const isOfApi = ({ Properties }: { Properties: Record<string, unknown> }) => Properties.ApiId === apiId;

  const stages = [...resourcesOfType(stack, "AWS::ApiGatewayV2::Stage").values()].filter(isOfApi);
  const stage = stages.find(({ Properties }) => Properties.StageName === "$default");
  if (!stage)
    throw new StartError("The HTTP API has no $default stage, so it has no URL without a stage to serve.");

  const integrations = readIntegrations(stack);
  const authorizers = readAuthorizers(stack);
  const routes = [...resourcesOfType(stack, "AWS::ApiGatewayV2::Route")].filter(([, route]) =>
    isOfApi(route),
  );
  return {
    apiId,
    corsConfiguration: api.Properties.CorsConfiguration,
    stage: stage.Properties,
    routes: routes.map(([routeLogicalId, { Properties }]) => ({
      ...parseRouteKey(textOf(Properties.RouteKey) ?? ""),
      integration: integrationOf(integrations, Properties.Target, routeLogicalId),
      authorizer: authorizerOf(routeLogicalId, Properties, authorizers),
      scopes: textsOf(Properties.AuthorizationScopes),
    })),
  };
}

function readAuthorizers(stack: ResolvedStack): ReadonlyMap<string, JwtAuthorizer> {
  const authorizers = new Map<string, JwtAuthorizer>();
  for (const [logicalId, { Properties }] of resourcesOfType(stack, "AWS::ApiGatewayV2::Authorizer")) {
    if (Properties.AuthorizerType !== "JWT") continue;
    const configuration = recordOf(Properties.JwtConfiguration);
    authorizers.set(String(stack.resolve({ Ref: logicalId })), {
      issuer: textOf(configuration.Issuer) ?? "",
      audience: textsOf(configuration.Audience),
    });
  }
  return authorizers;
}

function authorizerOf(
  routeLogicalId: string,
  properties: Readonly<Record<string, unknown>>,
  authorizers: ReadonlyMap<string, JwtAuthorizer>,
): JwtAuthorizer | undefined {
  const type = properties.AuthorizationType ?? "NONE";
  if (type === "NONE") return undefined;
  const authorizer = authorizers.get(String(properties.AuthorizerId));
  if (type !== "JWT" || !authorizer) {
    throw new StartError(
      `The route ${routeLogicalId} has an authorization of type ${type}; only JWT authorizers are served.`,
    );
  }
  return authorizer;
}
