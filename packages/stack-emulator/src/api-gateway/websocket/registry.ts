import type { WebSocket } from "ws";
import type { Clock } from "../../clock.ts";
import type { EventConnection } from "./events.ts";
import type { Connections } from "./types.ts";

/** An open connection. */
export interface LiveConnection extends EventConnection {
  readonly socket: WebSocket;
  lastActiveAt: number;
  /** Why the gateway closes it. Frames that come in later are no longer read. */
  closing: { readonly code: number; readonly reason: string } | undefined;
}

interface Registry extends Connections {
  add(connection: LiveConnection): void;
  remove(connectionId: string): void;
  stop(): void;
}

export interface RegistryLimits {
  readonly idleMs: number;
  readonly durationMs: number;
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
export const MAX_MESSAGE_BYTES = 128 * 1024;
export const MAX_FRAME_BYTES = 32 * 1024;
const IDLE_MS = 10 * 60 * 1000;
const DURATION_MS = 2 * 60 * 60 * 1000;

export const defaultLimits: RegistryLimits = { idleMs: IDLE_MS, durationMs: DURATION_MS };

/**
 * LimitExceededException stands also for "the WebSocket client side buffer is full":
 * https://docs.aws.amazon.com/apigatewaymanagementapi/latest/developerguide/
 * How much it holds is nowhere said; a client that is this far behind does not read.
 */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/** The open connections, closed when they idle or last too long by the clock. */
export function createRegistry(clock: Clock, limits: RegistryLimits): Registry {
  const connections = new Map<string, LiveConnection>();

  const closeExpired = () => {
    const now = clock.now();
    for (const connection of connections.values()) {
      const isOver = now - connection.connectedAt >= limits.durationMs;
      const isIdle = now - connection.lastActiveAt >= limits.idleMs;
      // Both end with 1001 and this reason; the code is in the $disconnect event that
      // https://github.com/aws/aws-lambda-go/pull/548 shows.
      if (isOver || isIdle) closeConnection(connection, 1001, "Going away");
    }
  };
  const everyMs = Math.min(1000, Math.max(20, Math.min(limits.idleMs, limits.durationMs) / 10));
  const timer = setInterval(closeExpired, everyMs).unref();
  clock.onAdvance(closeExpired);

  const find = (connectionId: string) => {
    const connection = connections.get(connectionId);
    return connection?.closing ? undefined : connection;
  };
  return {
    add: (connection) => void connections.set(connection.connectionId, connection),
    remove: (connectionId) => void connections.delete(connectionId),
    post(connectionId, data) {
      const connection = find(connectionId);
      if (!connection || connection.socket.readyState !== connection.socket.OPEN) return "gone";
      if (data.length > MAX_MESSAGE_BYTES) return "too-large";
      if (connection.socket.bufferedAmount > MAX_BUFFERED_BYTES) return "limit-exceeded";
      connection.socket.send(data, { binary: false });
      connection.lastActiveAt = clock.now();
      return "ok";
    },
    get(connectionId) {
      const connection = find(connectionId);
      if (!connection) return undefined;
      const { sourceIp, userAgent } = connection.handshake;
      return {
        connectedAt: new Date(connection.connectedAt).toISOString(),
        lastActiveAt: new Date(connection.lastActiveAt).toISOString(),
        identity: { sourceIp, userAgent },
      };
    },
    close(connectionId) {
      const connection = find(connectionId);
      if (!connection) return false;
      closeConnection(connection, 1000, "");
      return true;
    },
    stop() {
      clearInterval(timer);
      for (const { socket } of connections.values()) socket.terminate();
    },
  };
}

export function closeConnection(connection: LiveConnection, code: number, reason: string): void {
  if (connection.closing) return;
  connection.closing = { code, reason };
  connection.socket.close(code, reason);
}
