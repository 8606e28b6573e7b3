import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { errorCodes } from "../../../contract/errors.ts";
import { connect } from "../../connections/connect.ts";
import { answerTo } from "../../kernel/http/problem.ts";
import { socketOf } from "../../kernel/websocket/socket.ts";
import type { SocketEvent } from "../../kernel/websocket/socket-event.ts";
import { chosenProtocol } from "../../kernel/websocket/subprotocol.ts";

/** Records a connection before the upgrade: a status other than 200 refuses it. */
export async function handler(event: SocketEvent): Promise<APIGatewayProxyStructuredResultV2> {
  const { requestContext, headers } = event;
  const { connectionId, requestId, connectedAt, identity, authorizer } = requestContext;
  const socket = socketOf(connectionId, authorizer);
  if (!socket) return { statusCode: 401 };
  try {
    await connect(socket, {
      connectedAt,
      userAgent: identity.userAgent ?? "",
      ipAddress: identity.sourceIp,
    });
    return { statusCode: 200, headers: chosenProtocol(headers) };
  } catch (error) {
    return { statusCode: errorCodes[answerTo(error, { requestId, operation: "$connect" }).code].status };
  }
}
