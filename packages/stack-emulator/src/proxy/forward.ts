import { Agent, type IncomingHttpHeaders, request } from "node:http";

interface Forwarded {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Forward = (headers: Readonly<Record<string, string>>, body: Buffer) => Promise<Forwarded>;

/**
 * Jetty, which DynamoDB Local runs in, closes a connection after 30 s without a request; this side
 * does so earlier.
 */
const idleMs = 20_000;

/** Posts to `/` on a port of this machine, over connections that stay open. */
export function createForward(port: number): { forward: Forward; close(): void } {
  const agent = new Agent({ keepAlive: true, timeout: idleMs });
  const forward: Forward = (headers, body) =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: "127.0.0.1",
          port,
          method: "POST",
          path: "/",
          agent,
          headers: { ...headers, "content-length": body.length },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("error", reject);
          incoming.on("end", () => {
            const [first = Buffer.alloc(0)] = chunks;
            resolve({
              status: incoming.statusCode ?? 500,
              headers: incoming.headers,
              body: chunks.length === 1 ? first : Buffer.concat(chunks),
            });
          });
        },
      );
      outgoing.on("error", (error) => {
        // A kept connection that the other side closed just now: the request has not been read.
        if (outgoing.reusedSocket && "code" in error && error.code === "ECONNRESET") {
          forward(headers, body).then(resolve, reject);
        } else reject(error);
      });
      outgoing.end(body);
    });
  return { forward, close: () => agent.destroy() };
}
