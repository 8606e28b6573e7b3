import { WebSocket } from "ws";
import { type ServerEvent, serverEvent } from "../../../contract/events.ts";
import type { FrameType } from "../../../contract/frames.ts";
import { call, holdAgainst } from "../../support/contract-client.ts";
import type { TestUser } from "../../support/people.ts";
import { exercise, target } from "../../support/target.ts";

type Answer = Extract<ServerEvent, { type: "ack" | "error" }>;

/** One connection of a client, which may break at any time. */
export interface Link {
  /** Sends a frame and returns its answer; undefined if the connection broke before it came. */
  request(frame: { type: FrameType } & Record<string, unknown>): Promise<Answer | undefined>;
  /** Breaks the connection as a network does: without a notice to either side. */
  drop(): void;
  /** Resolves when the connection has ended, on either side. */
  readonly over: Promise<void>;
}

/** Opens a connection. It gives each event to `take`, in the order of arrival. */
export async function openLink(user: TestUser, take: (event: ServerEvent) => void): Promise<Link> {
  const { ticket } = await call("createWebSocketTicket", { token: user.token });
  const url = new URL(target().webSocketUrl);
  url.searchParams.set("ticket", ticket);
  const socket = new WebSocket(url);
  const waiting = new Map<string, (answer: Answer | undefined) => void>();
  let requests = 0;
  const over = new Promise<void>((resolve) => {
    socket.once("close", () => {
      for (const answer of waiting.values()) answer(undefined);
      waiting.clear();
      resolve();
    });
  });
  socket.on("message", (data) => {
    // The client gets no event that is still on its way when the connection is dropped.
    if (socket.readyState !== WebSocket.OPEN) return;
    const event = JSON.parse(data.toString());
    holdAgainst(serverEvent, event, "An event");
    if ((event.type === "ack" || event.type === "error") && event.request_id !== null) {
      waiting.get(event.request_id)?.(event);
      waiting.delete(event.request_id);
    }
    take(event);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
  });
  // A broken connection is expected here: `close` follows.
  socket.on("error", () => {});
  return {
    request: (frame) =>
      new Promise((resolve) => {
        if (socket.readyState !== WebSocket.OPEN) return resolve(undefined);
        requests += 1;
        const request_id = `${requests}`;
        waiting.set(request_id, (answer) => {
          if (answer?.type === "ack") exercise(`frame-${frame.type}`);
          resolve(answer);
        });
        socket.send(JSON.stringify({ ...frame, request_id }));
      }),
    drop: () => socket.terminate(),
    over,
  };
}
