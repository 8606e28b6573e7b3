import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CfnAuthorizer,
  CfnIntegration,
  CfnRoute,
  CorsHttpMethod,
  HttpApi,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Duration, Stack, Validations } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { Area } from "../../contract/operation.ts";
import { type HttpRoute, routeKey } from "../routes.ts";
import type { StagePolicy } from "../stage.ts";
import { AccessLogGroup } from "./access-log-group.ts";

export interface ChatHttpApiProps {
  readonly routes: readonly HttpRoute[];
  readonly functions: Readonly<Record<Area, LambdaFunction>>;
  readonly issuer: string;
  readonly audience: string;
  readonly corsOrigins: readonly string[];
  readonly throttle: { readonly rateLimit: number; readonly burstLimit: number };
  readonly logRetention: RetentionDays;
  readonly policy: StagePolicy;
}

/**
 * The fields of the access log for a request. No variable holds a query string, a header, a token
 * or a body:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 * `integrationErrorMessage` is left out, because it may repeat what a function threw.
 */
export const httpAccessLog = {
  request_id: "$context.requestId",
  time: "$context.requestTime",
  source_ip: "$context.identity.sourceIp",
  protocol: "$context.protocol",
  method: "$context.httpMethod",
  route: "$context.routeKey",
  path: "$context.path",
  status: "$context.status",
  response_bytes: "$context.responseLength",
  latency_ms: "$context.responseLatency",
  function_latency_ms: "$context.integrationLatency",
  function_status: "$context.integration.status",
  user_id: "$context.authorizer.claims.sub",
  gateway_error: "$context.error.responseType",
};

/**
 * The HTTP API: one integration and one permission for each function, a gateway route for each
 * route, and a JWT authorizer.
 */
export class ChatHttpApi extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: ChatHttpApiProps) {
    super(scope, id);
    const api = new HttpApi(this, "Api", {
      apiName: Stack.of(this).stackName,
      createDefaultStage: false,
      ...(props.corsOrigins.length > 0 ? { corsPreflight: corsPreflight(props.corsOrigins) } : {}),
    });
    this.url = api.apiEndpoint;

    const accessLogs = new AccessLogGroup(this, "AccessLogs", {
      apiName: "http",
      retention: props.logRetention,
      policy: props.policy,
    });
    new HttpStage(this, "Stage", {
      httpApi: api,
      stageName: "$default",
      autoDeploy: true,
      throttle: props.throttle,
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLogs.logGroup),
        format: AccessLogFormat.custom(JSON.stringify(httpAccessLog)),
      },
    });

    // Cognito's access tokens have no `aud`: the gateway then compares their `client_id` with the
    // audience.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
    const authorizer = new CfnAuthorizer(this, "Authorizer", {
      apiId: api.apiId,
      name: "tokens",
      authorizerType: "JWT",
      identitySource: ["$request.header.Authorization"],
      jwtConfiguration: { issuer: props.issuer, audience: [props.audience] },
    });

    const integrations = new Map<Area, CfnIntegration>();
    for (const area of new Set(props.routes.map((route) => route.area))) {
      const handler = props.functions[area];
      integrations.set(
        area,
        new CfnIntegration(this, `${area}-integration`, {
          apiId: api.apiId,
          integrationType: "AWS_PROXY",
          integrationUri: handler.functionArn,
          payloadFormatVersion: "2.0",
        }),
      );
      // One permission for the whole API instead of one for each route: a function's policy has up
      // to 20 KB.
      // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
      handler.addPermission(`${area}-permission`, {
        scope: this,
        principal: new ServicePrincipal("apigateway.amazonaws.com"),
        sourceArn: Stack.of(this).formatArn({
          service: "execute-api",
          resource: api.apiId,
          resourceName: "*/*",
        }),
      });
    }
    for (const route of props.routes) {
      const integration = integrations.get(route.area);
      const resource = new CfnRoute(this, routeKey(route), {
        apiId: api.apiId,
        routeKey: routeKey(route),
        target: `integrations/${integration?.ref}`,
        ...(route.authorized
          ? { authorizationType: "JWT", authorizerId: authorizer.ref }
          : { authorizationType: "NONE" }),
      });
      if (!route.authorized) {
        Validations.of(resource).acknowledge({
          id: "AwsSolutions-APIG4",
          reason: "The contract makes this operation public: it is called by people who have no token yet.",
        });
      }
    }
  }
}

function corsPreflight(origins: readonly string[]) {
  return {
    allowOrigins: [...origins],
    allowMethods: [
      CorsHttpMethod.DELETE,
      CorsHttpMethod.GET,
      CorsHttpMethod.PATCH,
      CorsHttpMethod.POST,
      CorsHttpMethod.PUT,
    ],
    allowHeaders: ["authorization", "content-type", "idempotency-key"],
    exposeHeaders: ["link", "retry-after"],
    // Chrome keeps a preflight response for up to two hours.
    maxAge: Duration.hours(2),
  };
}
