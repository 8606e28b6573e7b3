import { StartError } from "../../start-error.ts";
import { resourcesOfType, textOf, textsOf } from "../../template/read.ts";
import type { ResolvedStack, Resource } from "../../template/types.ts";
import {
  functionsByArn,
  type Integration,
  integrationOf,
  lambdaArnIn,
  readIntegrations,
} from "../integrations.ts";

/** The WebSocket API of the template. */
export interface WebSocketApi {
  readonly apiId: string;
  readonly stageName: string;
  readonly stage: Readonly<Record<string, unknown>>;
  readonly routeSelectionExpression: string;
  readonly routes: ReadonlyMap<string, WebSocketRoute>;
}

export interface WebSocketRoute {
  readonly routeKey: string;
  readonly integration: Integration;
  readonly authorizer: RequestAuthorizer | undefined;
  /**
   * Is what the function returns sent to the client? Needs a route response and its selection
   * expression:
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html
   */
  readonly returnsResponse: boolean;
}

export interface RequestAuthorizer {
  readonly authorizerId: string;
  readonly functionLogicalId: string;
  readonly identitySources: readonly string[];
}

/** Reads the one WebSocket API; undefined when the template has none. */
export function readWebSocketApi(stack: ResolvedStack): WebSocketApi | undefined {
  const apis = resourcesOfType(stack, "AWS::ApiGatewayV2::Api");
  const found = [...apis].filter(([, { Properties }]) => Properties.ProtocolType === "WEBSOCKET");
  const [first] = found;
  if (!first) return undefined;
  if (found.length > 1) throw new StartError("The template has more than one WebSocket API; one is served.");
  const [logicalId, api] = first;
  const apiId = String(stack.resolve({ Ref: logicalId }));
  const isOfApi = ({ Properties }: Resource) => Properties.ApiId === apiId;

  const [stage] = [...resourcesOfType(stack, "AWS::ApiGatewayV2::Stage").values()].filter(isOfApi);
  if (!stage) throw new StartError("The WebSocket API has no stage, so it has no URL.");

  const integrations = readIntegrations(stack);
  const authorizers = readAuthorizers(stack);
  const respondingRoutes = new Set(
    [...resourcesOfType(stack, "AWS::ApiGatewayV2::RouteResponse").values()].map(
      ({ Properties }) => Properties.RouteId,
    ),
  );
  const routes = new Map<string, WebSocketRoute>();
  for (const [routeLogicalId, route] of resourcesOfType(stack, "AWS::ApiGatewayV2::Route")) {
    if (!isOfApi(route)) continue;
    const { Properties } = route;
    const routeKey = textOf(Properties.RouteKey) ?? "";
    routes.set(routeKey, {
      routeKey,
      integration: integrationOf(integrations, Properties.Target, routeLogicalId),
      authorizer: authorizerOf(routeLogicalId, Properties, authorizers),
      returnsResponse:
        Properties.RouteResponseSelectionExpression !== undefined &&
        respondingRoutes.has(stack.resolve({ Ref: routeLogicalId })),
    });
  }
  return {
    apiId,
    stageName: textOf(stage.Properties.StageName) ?? "",
    stage: stage.Properties,
    routeSelectionExpression: textOf(api.Properties.RouteSelectionExpression) ?? "$request.body.action",
    routes,
  };
}

function readAuthorizers(stack: ResolvedStack): ReadonlyMap<string, RequestAuthorizer> {
  const authorizers = new Map<string, RequestAuthorizer>();
  const functionByArn = functionsByArn(stack);
  for (const [logicalId, { Properties }] of resourcesOfType(stack, "AWS::ApiGatewayV2::Authorizer")) {
    if (Properties.AuthorizerType !== "REQUEST") continue;
    const authorizerId = String(stack.resolve({ Ref: logicalId }));
    const functionLogicalId = functionByArn.get(lambdaArnIn(textOf(Properties.AuthorizerUri) ?? ""));
    if (!functionLogicalId)
      throw new StartError(`The authorizer ${logicalId} leads to no function of the stack.`);
    const identitySources = textsOf(Properties.IdentitySource);
    authorizers.set(authorizerId, { authorizerId, functionLogicalId, identitySources });
  }
  return authorizers;
}

function authorizerOf(
  routeLogicalId: string,
  properties: Readonly<Record<string, unknown>>,
  authorizers: ReadonlyMap<string, RequestAuthorizer>,
): RequestAuthorizer | undefined {
  const type = properties.AuthorizationType ?? "NONE";
  if (type === "NONE") return undefined;
  const authorizer = authorizers.get(String(properties.AuthorizerId));
  if (type !== "CUSTOM" || !authorizer) {
    throw new StartError(
      `The route ${routeLogicalId} has an authorization of type ${type}; only REQUEST authorizers are served.`,
    );
  }
  return authorizer;
}
