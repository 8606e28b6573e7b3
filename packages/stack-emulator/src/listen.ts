import type { Server } from "node:http";
import { StartError } from "./start-error.ts";

const explanations: Readonly<Record<string, (port: number) => string>> = {
  EADDRINUSE: (port) =>
    `Port ${port} is in use. Stop what listens there, or choose another with --port N (0 takes any free one).`,
  EACCES: (port) =>
    `There is no permission to listen at port ${port}. Choose one from 1024 on with --port N.`,
};

/** Listens on loopback and resolves with the port. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const explanation = "code" in error ? explanations[String(error.code)] : undefined;
      reject(explanation ? new StartError(explanation(port)) : error);
    });
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

/** Stops listening and ends what is still connected. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
