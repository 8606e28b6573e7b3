import { WebSocket } from "ws";
import { type ServerEvent, serverEvent } from "../../contract/events.ts";
import type { FrameType } from "../../contract/frames.ts";
import { until } from "./background.ts";
import { call, holdAgainst } from "./contract-client.ts";
import type { TestUser } from "./people.ts";
import { exercise, target } from "./target.ts";

export type EventOf<T extends ServerEvent["type"]> = Extract<ServerEvent, { type: T }>;

export interface SocketClient {
  /** All events that have come, in the order of arrival, each checked against the contract. */
  readonly events: readonly ServerEvent[];
  send(frame: { type: FrameType } & Record<string, unknown>): void;
  sendText(text: string): void;
  /** Sends a text that is too long for one frame. */
  sendInFrames(text: string): void;
  /** Sends with a request id, and returns the ack or the error that answers it. */
  request(frame: { type: FrameType } & Record<string, unknown>): Promise<EventOf<"ack"> | EventOf<"error">>;
  /** Returns the first event of a type that no earlier call has returned. */
  next<T extends ServerEvent["type"]>(type: T): Promise<EventOf<T>>;
  /** Waits until `condition` holds of what has arrived. */
  until(condition: (events: readonly ServerEvent[]) => boolean, what: string): Promise<void>;
  readonly protocol: string;
  readonly closed: Promise<{ code: number; reason: string }>;
  close(): Promise<void>;
}

/**
 * Returns whether the gateway posted this by itself, because the function of a frame ended without
 * an answer.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html
 */
function isGatewayFailure(event: unknown): boolean {
  return (
    typeof event === "object" &&
    event !== null &&
    "connectionId" in event &&
    "message" in event &&
    event.message === "Internal server error"
  );
}

const waitLimit = 15_000;

/** Bytes that the gateway takes in one frame. */
const frameBytes = 32 * 1024;

/** A socket was refused before its upgrade. */
export class UpgradeRefused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`The upgrade was answered with ${status}.`);
    this.status = status;
  }
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("unexpected-response", (_, response) => reject(new UpgradeRefused(response.statusCode ?? 0)));
    socket.once("error", reject);
  });
}

/** Opens a socket with a query and subprotocols. Throws UpgradeRefused. */
export async function openSocket(
  query: Record<string, string> = {},
  protocols: string[] = [],
): Promise<SocketClient> {
  const url = new URL(target().webSocketUrl);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const socket = new WebSocket(url, protocols);
  const events: ServerEvent[] = [];
  const given = new Set<ServerEvent>();
  const listeners = new Set<() => void>();
  let broken: unknown;
  let requests = 0;

  /** Types of frames without an answer yet, by request id. A refusal exercises none. */
  const unanswered = new Map<unknown, FrameType>();
  const noteAck = (event: ServerEvent): void => {
    const type = event.type === "ack" && unanswered.get(event.request_id);
    if (type) exercise(`frame-${type}`);
  };
  const wake = (): void => {
    for (const listener of [...listeners]) listener();
  };
  socket.on("message", (data) => {
    try {
      const event: unknown = JSON.parse(data.toString());
      if (isGatewayFailure(event)) return;
      holdAgainst(serverEvent, event, "An event");
      noteAck(event as ServerEvent);
      events.push(event as ServerEvent);
    } catch (error) {
      broken = error;
    }
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });

  /** Waits until `find` finds something among the events. */
  const waitFor = <T>(find: () => T | undefined, what: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const found = broken === undefined ? find() : undefined;
        if (broken === undefined && found === undefined) return;
        finish();
        if (found === undefined) reject(broken);
        else resolve(found);
      };
      const timer = setTimeout(() => {
        finish();
        const types = events.map((event) => event.type).join(", ");
        reject(
          new Error(`${what} did not arrive within ${waitLimit} ms. Arrived so far: ${types || "nothing"}.`),
        );
      }, waitLimit);
      const finish = (): void => {
        clearTimeout(timer);
        listeners.delete(check);
      };
      listeners.add(check);
      check();
    });

  await opened(socket);

  const send: SocketClient["send"] = (frame) => {
    if (frame.request_id === undefined) exercise(`frame-${frame.type}`);
    else unanswered.set(frame.request_id, frame.type);
    socket.send(JSON.stringify(frame));
  };
  return {
    events,
    send,
    sendText: (text) => socket.send(text),
    sendInFrames: (text) => {
      const bytes = Buffer.from(text);
      for (let at = 0; at === 0 || at < bytes.length; at += frameBytes)
        socket.send(bytes.subarray(at, at + frameBytes), {
          binary: false,
          fin: at + frameBytes >= bytes.length,
        });
    },
    protocol: socket.protocol,
    closed,
    request: (frame) => {
      requests += 1;
      const requestId = `request-${requests}`;
      send({ ...frame, request_id: requestId });
      return waitFor(
        () =>
          events.find(
            (event): event is EventOf<"ack"> | EventOf<"error"> =>
              (event.type === "ack" || event.type === "error") && event.request_id === requestId,
          ),
        `The answer to ${frame.type}`,
      );
    },
    next: async <T extends ServerEvent["type"]>(type: T) => {
      const event = await waitFor(
        () => events.find((one): one is EventOf<T> => one.type === type && !given.has(one)),
        `An event ${type}`,
      );
      given.add(event);
      return event;
    },
    until: async (condition, what) => {
      await waitFor(() => (condition(events) ? true : undefined), what);
    },
    close: async () => {
      socket.close();
      await closed;
    },
  };
}

/** Closes the last sockets of a user, and waits until the user is offline. */
export async function closeAll(user: TestUser, sockets: readonly SocketClient[]): Promise<void> {
  for (const socket of sockets) await socket.close();
  const asking = { token: user.token, params: { user_id: user.id } };
  await until(async () => !(await call("getUserStatus", asking)).is_online, `${user.username} is offline`);
}

/** Opens a socket as a client does: with a ticket. */
export async function connect(user: TestUser, query: Record<string, string> = {}): Promise<SocketClient> {
  const { ticket } = await call("createWebSocketTicket", { token: user.token });
  return openSocket({ ticket, ...query });
}
