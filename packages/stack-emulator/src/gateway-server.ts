import { createServer } from "node:http";
import type { HttpGateway } from "./api-gateway/http/create-http-gateway.ts";
import type { WebSocketGateway } from "./api-gateway/websocket/create-websocket-gateway.ts";
import { listen, stopListening } from "./listen.ts";

/** The one port of both APIs. */
interface GatewayServer {
  readonly port: number;
  /** From now on requests reach the gateways; until then they are answered with 503. */
  open(http: HttpGateway, webSocket: WebSocketGateway): void;
  close(): Promise<void>;
}

const serverOptions = {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html: request line and headers 10240 bytes
  maxHeaderSize: 10_240,
  // Long enough for a client that keeps its connection: Node's 5 s would race with its next request.
  keepAliveTimeout: 65_000,
};

/** Takes the port at once, before anything slow starts, so that a port that is taken is said at once. */
export async function createGatewayServer(wanted: number): Promise<GatewayServer> {
  let gateways: { http: HttpGateway; webSocket: WebSocketGateway } | undefined;
  const server = createServer(serverOptions, (request, response) => {
    if (gateways) gateways.http.handle(request, response);
    else response.writeHead(503, { "retry-after": "1" }).end("The local runner is starting.");
  });
  server.on("upgrade", (request, socket, head) => {
    if (gateways) gateways.webSocket.handleUpgrade(request, socket, head);
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
