/**
 * The subprotocol that carries a token: `Sec-WebSocket-Protocol: parley, <token>`. A browser can
 * set no other header.
 */
const subprotocol = "parley";

const headerName = "sec-websocket-protocol";

function protocolsOf(headers: Readonly<Record<string, string | undefined>> | null | undefined): string[] {
  // The gateway passes the header names of a WebSocket on as the client wrote them.
  const found = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === headerName);
  return (found?.[1] ?? "").split(",").map((protocol) => protocol.trim());
}

/** Returns the token among the subprotocols of a request; undefined if there is none. */
export function tokenOfProtocols(
  headers: Readonly<Record<string, string | undefined>> | null | undefined,
): string | undefined {
  const [first, token] = protocolsOf(headers);
  return first === subprotocol ? token : undefined;
}

/**
 * Returns the header that chooses the subprotocol. A browser refuses its own connection if
 * subprotocols were offered and none was chosen.
 */
export function chosenProtocol(
  headers: Readonly<Record<string, string | undefined>> | null | undefined,
): Record<string, string> {
  return protocolsOf(headers).includes(subprotocol) ? { "Sec-WebSocket-Protocol": subprotocol } : {};
}
