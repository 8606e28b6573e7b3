import type { Resources } from "./serve.ts";

// Resources in the shapes that the CDK synthesizes.

export interface HttpApiShape {
  /** Route keys, each with the function behind it and perhaps an authorizer. */
  readonly routes: Record<string, { function: string; jwt?: boolean; scopes?: string[] }>;
  readonly jwt?: { Issuer: string; Audience: string[] };
  readonly cors?: Record<string, unknown>;
  readonly stage?: Record<string, unknown>;
  readonly integration?: Record<string, unknown>;
  /** @default true */
  readonly withPermissions?: boolean;
}

export function httpApi(shape: HttpApiShape): Resources {
  const ApiId = { Ref: "Http" };
  const resources: Resources = {
    Http: {
      Type: "AWS::ApiGatewayV2::Api",
      Properties: { ProtocolType: "HTTP", ...(shape.cors && { CorsConfiguration: shape.cors }) },
    },
    HttpStage: {
      Type: "AWS::ApiGatewayV2::Stage",
      Properties: { ApiId, StageName: "$default", AutoDeploy: true, ...shape.stage },
    },
  };
  if (shape.jwt) {
    resources.HttpJwt = {
      Type: "AWS::ApiGatewayV2::Authorizer",
      Properties: { ApiId, AuthorizerType: "JWT", JwtConfiguration: shape.jwt },
    };
  }
  for (const [index, [routeKey, route]] of Object.entries(shape.routes).entries()) {
    addIntegration(resources, "Http", route.function, { PayloadFormatVersion: "2.0", ...shape.integration });
    if (shape.withPermissions !== false) addPermission(resources, "Http", route.function);
    resources[`HttpRoute${index}`] = {
      Type: "AWS::ApiGatewayV2::Route",
      Properties: {
        ApiId,
        RouteKey: routeKey,
        Target: { "Fn::Join": ["", ["integrations/", { Ref: `Http${route.function}Integration` }]] },
        ...(route.jwt && { AuthorizationType: "JWT", AuthorizerId: { Ref: "HttpJwt" } }),
        ...(route.scopes && { AuthorizationScopes: route.scopes }),
      },
    };
  }
  return resources;
}

export interface WebSocketApiShape {
  readonly routes: Record<string, { function: string; returnsResponse?: boolean }>;
  readonly authorizer?: { function: string; identitySources?: string[] };
  readonly integration?: Record<string, unknown>;
  readonly withPermissions?: boolean;
}

export function webSocketApi(shape: WebSocketApiShape): Resources {
  const ApiId = { Ref: "Ws" };
  const resources: Resources = {
    Ws: {
      Type: "AWS::ApiGatewayV2::Api",
      Properties: { ProtocolType: "WEBSOCKET", RouteSelectionExpression: "$request.body.type" },
    },
    WsStage: { Type: "AWS::ApiGatewayV2::Stage", Properties: { ApiId, StageName: "live" } },
  };
  const { authorizer } = shape;
  if (authorizer) {
    addPermission(resources, "Ws", authorizer.function);
    resources.WsAuthorizer = {
      Type: "AWS::ApiGatewayV2::Authorizer",
      Properties: {
        ApiId,
        AuthorizerType: "REQUEST",
        AuthorizerUri: invocationUri(authorizer.function),
        ...(authorizer.identitySources && { IdentitySource: authorizer.identitySources }),
      },
    };
  }
  for (const [routeKey, route] of Object.entries(shape.routes)) {
    const id = `WsRoute${routeKey.replace(/\W/g, "")}`;
    addIntegration(resources, "Ws", route.function, shape.integration);
    if (shape.withPermissions !== false) addPermission(resources, "Ws", route.function);
    resources[id] = {
      Type: "AWS::ApiGatewayV2::Route",
      Properties: {
        ApiId,
        RouteKey: routeKey,
        Target: { "Fn::Join": ["", ["integrations/", { Ref: `Ws${route.function}Integration` }]] },
        ...(authorizer &&
          routeKey === "$connect" && { AuthorizationType: "CUSTOM", AuthorizerId: { Ref: "WsAuthorizer" } }),
        ...(route.returnsResponse && { RouteResponseSelectionExpression: "$default" }),
      },
    };
    if (route.returnsResponse) {
      resources[`${id}Response`] = {
        Type: "AWS::ApiGatewayV2::RouteResponse",
        Properties: { ApiId, RouteId: { Ref: id }, RouteResponseKey: "$default" },
      };
    }
  }
  return resources;
}

function addIntegration(
  resources: Resources,
  api: string,
  functionId: string,
  more: Record<string, unknown> = {},
): void {
  resources[`${api}${functionId}Integration`] = {
    Type: "AWS::ApiGatewayV2::Integration",
    Properties: {
      ApiId: { Ref: api },
      IntegrationType: "AWS_PROXY",
      IntegrationUri: api === "Http" ? { "Fn::GetAtt": [functionId, "Arn"] } : invocationUri(functionId),
      ...more,
    },
  };
}

function addPermission(resources: Resources, api: string, functionId: string): void {
  const prefix = ["arn:", { Ref: "AWS::Partition" }, ":execute-api:", { Ref: "AWS::Region" }, ":"];
  resources[`${api}${functionId}Permission`] = {
    Type: "AWS::Lambda::Permission",
    Properties: {
      Action: "lambda:InvokeFunction",
      FunctionName: { "Fn::GetAtt": [functionId, "Arn"] },
      Principal: "apigateway.amazonaws.com",
      SourceArn: { "Fn::Join": ["", [...prefix, { Ref: "AWS::AccountId" }, ":", { Ref: api }, "/*"]] },
    },
  };
}

function invocationUri(functionId: string): unknown {
  const prefix = ["arn:aws:apigateway:", { Ref: "AWS::Region" }, ":lambda:path/2015-03-31/functions/"];
  return { "Fn::Join": ["", [...prefix, { "Fn::GetAtt": [functionId, "Arn"] }, "/invocations"]] };
}
