import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from "aws-lambda";
import { verifyToken } from "../../kernel/auth/token.ts";
import { directRoomId } from "../../kernel/runtime/ids.ts";
import { epochSeconds } from "../../kernel/runtime/time.ts";
import type { SocketContext } from "../../kernel/websocket/socket.ts";
import { tokenOfProtocols } from "../../kernel/websocket/subprotocol.ts";
import { takeTicket } from "../../store/presence/tickets.ts";
import { ensureProfile } from "../../users/profiles.ts";

/**
 * Returns the error whose message makes the gateway answer 401.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
function unauthorized() {
  return new Error("Unauthorized");
}

interface Caller {
  readonly userId: string;
  readonly tokenExpiresAt: number;
}

/**
 * Returns the user who opens the socket: by a ticket, else by the token among the subprotocols,
 * else by the token in the query.
 */
async function callerOf(event: APIGatewayRequestAuthorizerEvent): Promise<Caller | undefined> {
  const { ticket, token } = event.queryStringParameters ?? {};
  if (ticket) {
    const taken = await takeTicket(ticket);
    return taken && taken.tokenExpiresAt > epochSeconds() ? taken : undefined;
  }
  const given = tokenOfProtocols(event.headers) ?? token;
  if (!given) return undefined;
  const actor = await verifyToken(given);
  if (typeof actor === "string") return undefined;
  // Only this request has the claims: later frames have the user's id alone. The user of a ticket
  // already has a profile.
  await ensureProfile(actor);
  return actor;
}

/**
 * Accepts a connection, or answers 401 before the upgrade. Its findings stay with the connection.
 */
export async function handler(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const caller = await callerOf(event);
  if (!caller) throw unauthorized();
  const { room_id: roomId, user_id: peerId } = event.queryStringParameters ?? {};
  const context: SocketContext = {
    user_id: caller.userId,
    token_expires_at: String(caller.tokenExpiresAt),
    room_id: roomId || (peerId ? directRoomId(caller.userId, peerId) : ""),
    peer_id: roomId ? "" : (peerId ?? ""),
  };
  return {
    principalId: caller.userId,
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: event.methodArn }],
    },
    context: { ...context },
  };
}
