import { FunctionError } from "../../lambda/types.ts";
import { recordOf } from "../../template/read.ts";
import { TIMED_OUT, within } from "../deadline.ts";
import { authorizeConnect, findMissingIdentity } from "./authorize.ts";
import { createAuthorizerEvent, createConnectEvent, type EventConnection } from "./events.ts";
import type { GatewayContext } from "./gateway-context.ts";

/** May the upgrade go on? `protocol` is what the client gets as Sec-WebSocket-Protocol. */
type ConnectOutcome =
  | { readonly accepted: true; readonly connection: EventConnection; readonly protocol: string | undefined }
  | { readonly accepted: false; readonly status: number; readonly message: string };

/**
 * Authorizes and runs $connect while the upgrade request, which has the id `requestId`, waits:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
 */
export async function connect(
  context: GatewayContext,
  unauthorized: EventConnection,
  requestId: string,
): Promise<ConnectOutcome> {
  const route = context.api.routes.get("$connect");
  if (!route) return { accepted: true, connection: unauthorized, protocol: undefined };
  if (!context.takeToken("$connect")) return refuse(429, "Too Many Requests");
  let connection = unauthorized;
  if (route.authorizer) {
    const { authorizer } = route;
    if (findMissingIdentity(authorizer.identitySources, connection.handshake))
      return refuse(401, "Unauthorized");
    if (!context.mayInvoke(authorizer.functionLogicalId, `authorizers/${authorizer.authorizerId}`))
      return serverError;
    const methodArn = context.executeApiArn(`${context.api.stageName}/$connect`);
    const event = createAuthorizerEvent(connection, methodArn, context.clock.now());
    const authorization = await authorizeConnect(context.functions, authorizer, event, context.log);
    if (authorization.outcome === "refused") return refuse(authorization.status, authorization.message);
    connection = { ...connection, authorizer: authorization.context };
  }
  const { functionLogicalId } = route.integration;
  if (!context.mayInvoke(functionLogicalId, `${context.api.stageName}/$connect`)) return serverError;
  let result: unknown;
  try {
    const event = createConnectEvent(connection, requestId, context.clock.now());
    const work = context.functions.invoke(functionLogicalId, event, { operation: "$connect" });
    result = await within(work, context.timeoutOf(route));
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    context.log(`$connect: ${error.errorType}: ${error.message}`);
    return refuse(502, "Internal server error");
  }
  if (result === TIMED_OUT) return refuse(504, "Endpoint request timed out");
  const { statusCode, headers } = recordOf(result);
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    context.log(
      "$connect: the function returned no statusCode; it must return { statusCode: 200 } to accept.",
    );
    return refuse(502, "Internal server error");
  }
  if (status > 299) return refuse(status, "Forbidden");
  return { accepted: true, connection, protocol: protocolIn(headers) };
}

/**
 * The function's own header alone decides, whatever the client offered:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html
 */
function protocolIn(headers: unknown): string | undefined {
  const found = Object.entries(recordOf(headers)).find(
    ([name]) => name.toLowerCase() === "sec-websocket-protocol",
  );
  return typeof found?.[1] === "string" ? found[1] : undefined;
}

function refuse(status: number, message: string): ConnectOutcome {
  return { accepted: false, status, message };
}

const serverError: ConnectOutcome = { accepted: false, status: 500, message: "Internal server error" };
