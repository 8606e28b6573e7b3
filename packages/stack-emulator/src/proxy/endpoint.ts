import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { listen, stopListening } from "../listen.ts";
import type { Log } from "../store.ts";

/** The address that all services share. */
export interface Endpoint {
  readonly port: number;
  /** From now on requests reach the listener; until then they are answered with 503. */
  serve(listener: RequestListener): void;
  close(): Promise<void>;
}

/**
 * How long an idle connection stays open: longer than a client keeps one, so that none breaks under
 * a request.
 */
const keepAliveMs = 120_000;

/**
 * Takes a port at once, and holds it while the services start: a port that is only found free could
 * be taken by another process in the meantime.
 *
 * With a data directory it is the port of the last start, if that one is free. The port is part of
 * the issuer's address, so tokens stay valid over restarts only while it stays the same.
 */
export async function openEndpoint(dataDir: string | undefined, log: Log): Promise<Endpoint> {
  let serving: RequestListener | undefined;
  const server = createServer((incoming, outgoing) => {
    if (serving) serving(incoming, outgoing);
    else outgoing.writeHead(503, { "retry-after": "1" }).end("The emulator is starting.");
  });
  server.keepAliveTimeout = keepAliveMs;
  server.requestTimeout = 0;
  const file = dataDir === undefined ? undefined : join(dataDir, "aws-port");
  const last = file === undefined ? 0 : readPort(file);
  const port = await listen(server, last).catch(() => listen(server, 0));
  if (last !== 0 && port !== last) {
    log(
      `port ${last}, which served the user pool so far, is taken: tokens issued until now name it as their issuer ` +
        "and are refused, so users have to log in or refresh again",
    );
  }
  if (dataDir !== undefined && file !== undefined) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, String(port));
  }
  return {
    port,
    serve(listener) {
      serving = listener;
    },
    close: () => stopListening(server),
  };
}

function readPort(file: string): number {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10) || 0;
  } catch {
    return 0;
  }
}
