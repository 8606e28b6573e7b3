/** The subprotocol that carries a token: `Sec-WebSocket-Protocol: parley, <token>`. A browser can set no other header. */
const subprotocol = "parley";

const headerName = "sec-websocket-protocol";

function protocolsOf(headers: Readonly<Record<string, string | undefined>> | null | undefined): string[] {
  // The gateway passes the names of a WebSocket's headers on as the client wrote them.
  const found = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === headerName);
  return (found?.[1] ?? "").split(",").map((protocol) => protocol.trim());
}

export function tokenOfProtocols(
  headers: Readonly<Record<string, string | undefined>> | null | undefined,
): string | undefined {
  const [first, token] = protocolsOf(headers);
  return first === subprotocol ? token : undefined;
}

/** A client that offers subprotocols is refused by its own browser unless one of them is chosen. */
export function chosenProtocol(
  headers: Readonly<Record<string, string | undefined>> | null | undefined,
): Record<string, string> {
  return protocolsOf(headers).includes(subprotocol) ? { "Sec-WebSocket-Protocol": subprotocol } : {};
}
