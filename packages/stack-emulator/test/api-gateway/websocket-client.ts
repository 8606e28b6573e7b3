import { once } from "node:events";
import { type ClientOptions, WebSocket } from "ws";

export interface Client {
  readonly socket: WebSocket;
  /** The next frame, in the order of arrival. */
  next(): Promise<string>;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** Opens a connection; frames that arrive before anyone asks for them are kept. */
export async function openClient(
  url: string,
  protocols: string[] = [],
  options: ClientOptions = {},
): Promise<Client> {
  const socket = new WebSocket(url, protocols, options);
  const arrived: string[] = [];
  const waiting: Array<(frame: string) => void> = [];
  socket.on("message", (data) => {
    const waiter = waiting.shift();
    if (waiter) waiter(data.toString());
    else arrived.push(data.toString());
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await once(socket, "open");
  return {
    socket,
    closed,
    next() {
      const frame = arrived.shift();
      return frame === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(frame);
    },
  };
}

/** The HTTP response that a connection gets in place of the upgrade. */
export function refusalOf(
  url: string,
  options: ClientOptions = {},
): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, options);
    socket.on("open", () => reject(new Error("The connection was accepted.")));
    socket.on("error", () => undefined);
    socket.on("unexpected-response", (_, response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
  });
}
