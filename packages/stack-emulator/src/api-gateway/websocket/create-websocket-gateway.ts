import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../../clock.ts";
import { readApiGatewayPermissions } from "../../lambda/permissions.ts";
import type { FunctionHost } from "../../lambda/types.ts";
import { ACCOUNT_ID, REGION } from "../../template/pseudo-parameters.ts";
import type { ResolvedStack } from "../../template/types.ts";
import type { OnAnswered } from "../answered.ts";
import { createGatewayId } from "../request-id.ts";
import { createThrottle } from "../throttle.ts";
import { connect } from "./connect.ts";
import type { EventConnection } from "./events.ts";
import { watchFrameSizes } from "./frame-sizes.ts";
import type { GatewayContext } from "./gateway-context.ts";
import { readHandshake } from "./handshake.ts";
import { handleDisconnect, handleMessage } from "./messages.ts";
import { readWebSocketApi, type WebSocketApi } from "./read-websocket-api.ts";
import {
  closeConnection,
  createRegistry,
  defaultLimits,
  type LiveConnection,
  MAX_FRAME_BYTES,
  MAX_MESSAGE_BYTES,
  type RegistryLimits,
} from "./registry.ts";
import type { Connections } from "./types.ts";

interface WebSocketGatewayOptions {
  readonly stack: ResolvedStack;
  readonly functions: FunctionHost;
  readonly clock: Clock;
  /** Takes what a client is not told. */
  readonly log: (line: string) => void;
  readonly onAnswered?: OnAnswered | undefined;
  /** Milliseconds that a function may take at most. @default - the limit of API Gateway */
  readonly longestTimeoutMs?: number | undefined;
  /** @default - 10 minutes idle, 2 hours in all */
  readonly limits?: Partial<RegistryLimits>;
}

export interface WebSocketGateway {
  readonly connections: Connections;
  /** The path of its URL, `/{stage}`. */
  readonly path: string;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
const INTEGRATION_TIMEOUT_MS = 29_000;

/** Serves the WebSocket API of the stack as API Gateway would. */
export function createWebSocketGateway(options: WebSocketGatewayOptions): WebSocketGateway {
  const api = readWebSocketApi(options.stack);
  if (!api) throw new Error("The template has no WebSocket API to serve.");
  const context = createContext(api, options);
  const registry = createRegistry(options.clock, { ...defaultLimits, ...options.limits });
  const protocols = new WeakMap<IncomingMessage, string>();
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // The gateway negotiates no extension.
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (_, request) => protocols.get(request) ?? false,
  });
  let isClosed = false;
  const failed = (error: unknown) => {
    options.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  };

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A client may leave while $connect runs; without a listener that would end the process.
    socket.on("error", () => undefined);
    const connectionId = createGatewayId();
    const requestId = createGatewayId();
    const startedAt = performance.now();
    const handshake = readHandshake(request);
    const answered = (status: number) =>
      context.onAnswered?.({
        requestId,
        method: "$connect",
        path: handshake.path,
        status,
        ms: performance.now() - startedAt,
      });
    const refuse = (status: number, message: string) => {
      socket.end(refusal(status, JSON.stringify({ message, connectionId, requestId })));
      answered(status);
    };
    if (handshake.path.replace(/\/$/, "") !== `/${api.stageName}`) return refuse(403, "Forbidden");
    if (request.headers.upgrade?.toLowerCase() !== "websocket" || !request.headers["sec-websocket-key"]) {
      return refuse(400, "Bad Request");
    }
    const connectedAt = options.clock.now();
    const { apiId, stageName } = api;
    const connection = { connectionId, connectedAt, apiId, stageName, handshake, authorizer: undefined };
    const outcome = await connect(context, connection, requestId);
    if (!outcome.accepted) return refuse(outcome.status, outcome.message);
    if (socket.destroyed) return handleDisconnect(context, outcome.connection, 1006, "");
    if (outcome.protocol !== undefined) protocols.set(request, outcome.protocol);
    server.handleUpgrade(request, socket, head, (webSocket) => open(outcome.connection, webSocket, socket));
    answered(101);
  };

  const open = (connection: EventConnection, webSocket: WebSocket, socket: Duplex) => {
    const live: LiveConnection = {
      ...connection,
      socket: webSocket,
      lastActiveAt: options.clock.now(),
      closing: undefined,
    };
    registry.add(live);
    // "If a larger message (or larger frame size) is received, the connection is closed with code
    // 1009."
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
    watchFrameSizes(socket, MAX_FRAME_BYTES, () => closeConnection(live, 1009, "Frame too large"));
    webSocket.on("message", (data, isBinary) => {
      if (live.closing) return;
      live.lastActiveAt = options.clock.now();
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html:
      // rejected, code 1003
      if (isBinary) return closeConnection(live, 1003, "Binary is not supported");
      handleMessage(context, live, data.toString())
        .then((answer) => {
          if (answer !== undefined) registry.post(live.connectionId, Buffer.from(answer));
        })
        .catch(failed);
    });
    webSocket.on("error", (error) => {
      live.closing ??= { code: closeCodeOf(error), reason: error.message };
    });
    webSocket.on("close", (code, reason) => {
      registry.remove(live.connectionId);
      if (isClosed) return;
      const { closing } = live;
      handleDisconnect(context, live, closing?.code ?? code, closing?.reason ?? reason.toString()).catch(
        failed,
      );
    });
  };

  return {
    connections: registry,
    path: `/${api.stageName}`,
    handleUpgrade(request, socket, head) {
      upgrade(request, socket, head).catch((error: unknown) => {
        failed(error);
        socket.destroy();
      });
    },
    close() {
      isClosed = true;
      registry.stop();
      server.close();
    },
  };
}

function createContext(
  api: WebSocketApi,
  {
    stack,
    functions,
    clock,
    log,
    onAnswered,
    longestTimeoutMs = INTEGRATION_TIMEOUT_MS,
  }: WebSocketGatewayOptions,
): GatewayContext {
  const isPermitted = readApiGatewayPermissions(stack);
  const executeApiArn = (resource: string) =>
    `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${api.apiId}/${resource}`;
  return {
    api,
    functions,
    clock,
    log,
    onAnswered,
    executeApiArn,
    takeToken: createThrottle(api.stage, clock.now),
    mayInvoke(functionLogicalId, resource) {
      const isAllowed = isPermitted(functionLogicalId, executeApiArn(resource));
      if (!isAllowed) {
        log(`${resource}: ${functionLogicalId} has no AWS::Lambda::Permission that lets this API invoke it.`);
      }
      return isAllowed;
    },
    timeoutOf: (route) => Math.min(route.integration.timeoutMs ?? longestTimeoutMs, longestTimeoutMs),
  };
}

/** An HTTP response in place of the upgrade. */
function refusal(status: number, body: string): string {
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
    "",
    body,
  ].join("\r\n");
}

/**
 * The library closes by itself on what breaks the protocol, and says why in the error's code alone.
 */
function closeCodeOf(error: Error): number {
  const code = "code" in error ? String(error.code) : "";
  if (code.endsWith("_MESSAGE_LENGTH")) return 1009;
  return code === "WS_ERR_INVALID_UTF8" ? 1007 : 1002;
}
