import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CfnAuthorizer,
  LogGroupLogDestination,
  WebSocketApi,
  WebSocketStage,
} from "aws-cdk-lib/aws-apigatewayv2";
import { WebSocketLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Stack, Validations } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { FunctionNeeds, WebSocketFunctionName } from "../functions.ts";
import type { StagePolicy } from "../stage.ts";
import { AccessLogGroup } from "./access-log-group.ts";
import type { ParleyFunction } from "./parley-function.ts";

export interface ChatWebSocketApiProps {
  readonly throttle: { readonly rateLimit: number; readonly burstLimit: number };
  readonly accessLogs: boolean;
  readonly logRetention: RetentionDays;
  readonly policy: StagePolicy;
}

/**
 * The fields of the access log for a connect, a frame and a disconnect. No variable holds a header,
 * the frame, or the query string, which may have a token or a ticket:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
 */
const webSocketAccessLog = {
  request_id: "$context.extendedRequestId",
  time: "$context.requestTime",
  source_ip: "$context.identity.sourceIp",
  event: "$context.eventType",
  route: "$context.routeKey",
  connection_id: "$context.connectionId",
  status: "$context.status",
  function_latency_ms: "$context.integrationLatency",
  user_id: "$context.authorizer.principalId",
  gateway_error: "$context.error.responseType",
};

const stageName = "live";

/**
 * The WebSocket API with its one stage. Functions get its address first; their routes are added
 * afterwards.
 */
export class ChatWebSocketApi extends Construct {
  readonly url: string;
  /** The address where functions post to a connection. */
  readonly callbackUrl: string;
  readonly #api: WebSocketApi;

  constructor(scope: Construct, id: string, props: ChatWebSocketApiProps) {
    super(scope, id);
    this.#api = new WebSocketApi(this, "Api", {
      apiName: `${Stack.of(this).stackName}-live`,
      routeSelectionExpression: "$request.body.type",
    });
    const stage = new WebSocketStage(this, "Stage", {
      webSocketApi: this.#api,
      stageName,
      autoDeploy: true,
      throttle: props.throttle,
      ...(props.accessLogs
        ? {
            accessLogSettings: {
              destination: new LogGroupLogDestination(
                new AccessLogGroup(this, "AccessLogs", {
                  apiName: "websocket",
                  retention: props.logRetention,
                  policy: props.policy,
                }).logGroup,
              ),
              format: AccessLogFormat.custom(JSON.stringify(webSocketAccessLog)),
            },
          }
        : {}),
    });
    this.url = stage.url;
    this.callbackUrl = stage.callbackUrl;

    if (!props.accessLogs) {
      Validations.of(stage).acknowledge({
        id: "AwsSolutions-APIG1",
        reason:
          "A WebSocket API writes logs through a role in the account's settings, of which there is one a region: a " +
          "stack that set it could break other APIs. With it in place, `-c webSocketAccessLogs=true` turns them on.",
      });
    }
  }

  /**
   * Routes `$connect`, behind the authorizer, `$disconnect`, and all frames to their functions.
   * Frames get responses.
   */
  addRoutes(functions: Readonly<Record<WebSocketFunctionName, LambdaFunction>>): void {
    this.#api.addRoute("$connect", {
      integration: new WebSocketLambdaIntegration("Connect", functions.connect),
      authorizer: { bind: () => this.#authorizeWith(functions.authorize) },
    });
    const disconnect = this.#api.addRoute("$disconnect", {
      integration: new WebSocketLambdaIntegration("Disconnect", functions.disconnect),
    });
    const frames = this.#api.addRoute("$default", {
      integration: new WebSocketLambdaIntegration("Frame", functions.frame),
      returnResponse: true,
    });
    for (const route of [disconnect, frames]) {
      Validations.of(route).acknowledge({
        id: "AwsSolutions-APIG4",
        reason:
          "API Gateway authorizes a WebSocket once, at $connect; no other route can have an authorizer.",
      });
    }
  }

  /**
   * Returns a REQUEST authorizer without identity sources. The CDK's WebSocketLambdaAuthorizer
   * always has a list of them. The gateway answers 401 by itself unless each listed source is in
   * the request. But clients have three ways to send a token. AWS makes the list optional for a
   * REQUEST authorizer:
   * https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html
   */
  #authorizeWith(handler: LambdaFunction): { authorizationType: string; authorizerId: string } {
    const stack = Stack.of(this);
    const authorizer = new CfnAuthorizer(this, "Authorizer", {
      apiId: this.#api.apiId,
      name: "tokens-and-tickets",
      authorizerType: "REQUEST",
      authorizerUri: stack.formatArn({
        service: "apigateway",
        account: "lambda",
        resource: "path/2015-03-31/functions",
        resourceName: `${handler.functionArn}/invocations`,
      }),
    });
    handler.addPermission("authorize-permission", {
      scope: this,
      principal: new ServicePrincipal("apigateway.amazonaws.com"),
      sourceArn: stack.formatArn({
        service: "execute-api",
        resource: this.#api.apiId,
        resourceName: `authorizers/${authorizer.ref}`,
      }),
    });
    return { authorizationType: "CUSTOM", authorizerId: authorizer.ref };
  }

  /** Grants the function the connection methods of its needs, on any connection of this stage. */
  grantConnections(grantee: ParleyFunction, needs: FunctionNeeds): void {
    const stack = Stack.of(this);
    const { Ref: apiLogicalId } = stack.resolve(this.#api.apiId);
    for (const method of needs.connectionMethods ?? []) {
      const connections = `${stageName}/${method}/@connections/*`;
      grantee.grant(
        new PolicyStatement({
          actions: ["execute-api:ManageConnections"],
          resources: [
            stack.formatArn({ service: "execute-api", resource: this.#api.apiId, resourceName: connections }),
          ],
        }),
      );
      Validations.of(grantee).acknowledge({
        id:
          "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:" +
          `<${apiLogicalId}>/${connections}]`,
        reason:
          "API Gateway makes up the id of a connection when a client connects; stage and method are named.",
      });
    }
  }
}
