import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { StoreRequest, StoreResponse } from "../../src/store.ts";

export interface StoreServer {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Serves a store's handler over real HTTP, as the proxy does. */
export async function serveStore(
  handle: (request: StoreRequest) => Promise<StoreResponse>,
): Promise<StoreServer> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { method = "GET", url = "/", headers } = incoming;
    const response = await handle({ method, url, headers, body: Buffer.concat(chunks) });
    outgoing.writeHead(response.status, response.headers).end(response.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is never a string.
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
