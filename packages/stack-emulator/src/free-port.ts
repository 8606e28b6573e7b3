import { createServer } from "node:http";
import { listen, stopListening } from "./listen.ts";

/** Returns a port of the loopback interface that is free at the moment. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  await stopListening(server);
  return port;
}
