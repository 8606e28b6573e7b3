import { createServer } from "node:http";
import type { HttpGateway } from "./api-gateway/http/create-http-gateway.ts";
import type { WebSocketGateway } from "./api-gateway/websocket/create-websocket-gateway.ts";
import { listen, stopListening } from "./listen.ts";

/** The one port of both APIs. */
interface GatewayServer {
  readonly port: number;
  /**
   * From now on requests reach the gateways that there are; until then they are answered with 503.
   */
  open(http: HttpGateway | undefined, webSocket: WebSocketGateway | undefined): void;
  close(): Promise<void>;
}

const serverOptions = {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html: request line
  // and headers 10240 bytes
  maxHeaderSize: 10_240,
  // Long enough for a client that keeps its connection: Node's 5 s would race with its next
  // request.
  keepAliveTimeout: 65_000,
};

/**
 * Takes the port at once, before anything slow starts, so that a port that is taken is said at
 * once.
 */
export async function createGatewayServer(wanted: number): Promise<GatewayServer> {
  let gateways: { http: HttpGateway | undefined; webSocket: WebSocketGateway | undefined } | undefined;
  const server = createServer(serverOptions, (request, response) => {
    if (gateways?.http) gateways.http.handle(request, response);
    else if (gateways) response.writeHead(404).end("The template has no HTTP API.");
    else response.writeHead(503, { "retry-after": "1" }).end("The emulator is starting.");
  });
  server.on("upgrade", (request, socket, head) => {
    if (gateways?.webSocket) gateways.webSocket.handleUpgrade(request, socket, head);
    else socket.destroy();
  });
  return {
    port: await listen(server, wanted),
    open(http, webSocket) {
      gateways = { http, webSocket };
    },
    close: () => stopListening(server),
  };
}
