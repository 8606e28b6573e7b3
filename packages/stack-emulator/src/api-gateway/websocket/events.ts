import { createGatewayId } from "../request-id.ts";
import { formatRequestTime } from "../request-time.ts";
import type { Handshake } from "./handshake.ts";

/** The facts that all events of a connection share. */
export interface EventConnection {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly apiId: string;
  readonly stageName: string;
  readonly handshake: Handshake;
  /** `principalId` and the authorizer's context, as text. */
  readonly authorizer: Readonly<Record<string, unknown>> | undefined;
}

type EventType = "CONNECT" | "MESSAGE" | "DISCONNECT";

/**
 * The variables of
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 * as a Lambda proxy integration gets them.
 */
function requestContext(
  connection: EventConnection,
  eventType: EventType,
  routeKey: string,
  now: number,
  requestId = createGatewayId(),
) {
  const { handshake } = connection;
  return {
    routeKey,
    ...(connection.authorizer && { authorizer: connection.authorizer }),
    eventType,
    extendedRequestId: requestId,
    requestTime: formatRequestTime(now),
    messageDirection: "IN",
    stage: connection.stageName,
    connectedAt: connection.connectedAt,
    requestTimeEpoch: now,
    identity: { sourceIp: handshake.sourceIp, userAgent: handshake.userAgent },
    requestId,
    domainName: handshake.domainName,
    connectionId: connection.connectionId,
    apiId: connection.apiId,
  };
}

/**
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
export function createAuthorizerEvent(connection: EventConnection, methodArn: string, now: number) {
  return {
    type: "REQUEST",
    methodArn,
    ...handshakeFields(connection.handshake),
    stageVariables: {},
    requestContext: requestContext(connection, "CONNECT", "$connect", now),
  };
}

export function createConnectEvent(connection: EventConnection, requestId: string, now: number) {
  return {
    ...handshakeFields(connection.handshake),
    requestContext: requestContext(connection, "CONNECT", "$connect", now, requestId),
    isBase64Encoded: false,
  };
}

export function createMessageEvent(connection: EventConnection, routeKey: string, body: string, now: number) {
  const messageId = createGatewayId();
  return {
    requestContext: { ...requestContext(connection, "MESSAGE", routeKey, now), messageId },
    body,
    isBase64Encoded: false,
  };
}

/**
 * Code and reason are in the event, though no page of AWS lists them:
 * https://github.com/aws/aws-lambda-go/pull/548
 */
export function createDisconnectEvent(
  connection: EventConnection,
  code: number,
  reason: string,
  now: number,
) {
  const { domainName } = connection.handshake;
  const headers = { Host: domainName, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": "" };
  return {
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext: {
      ...requestContext(connection, "DISCONNECT", "$disconnect", now),
      disconnectStatusCode: code,
      disconnectReason: reason,
    },
    isBase64Encoded: false,
  };
}

function handshakeFields(handshake: Handshake) {
  return {
    headers: handshake.headers,
    multiValueHeaders: handshake.multiValueHeaders,
    ...(handshake.query && {
      queryStringParameters: handshake.query,
      multiValueQueryStringParameters: handshake.multiValueQuery,
    }),
  };
}
