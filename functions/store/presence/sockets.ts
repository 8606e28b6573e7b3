/**
 * Sockets: the open connections of the WebSocket API, through its management API. The SDK finds the
 * API's address in AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI, which the stack sets.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
import {
  ApiGatewayManagementApiClient,
  ApiGatewayManagementApiServiceException,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { forEachConcurrent } from "../../kernel/runtime/for-each-concurrent.ts";
import { errorFacts, log } from "../../kernel/runtime/log.ts";
import { newSemaphore } from "../../kernel/runtime/semaphore.ts";

// A container has one client, and so one pool of kept-alive connections. Its retries back off with
// jitter if the gateway answers 429. The function has stored what it delivers and must still
// answer, so a silent gateway must not use up its time: see `timeForPost`.
const gateway = new ApiGatewayManagementApiClient({
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2000, requestTimeout: 3000, throwOnRequestTimeout: true },
});

function isClosed(error: unknown): boolean {
  return error instanceof Error && error.name === "GoneException";
}

/**
 * Calls of the container that run at the same time. The SDK's own pool holds 50 sockets. It counts
 * the wait for a socket as time that the gateway takes to answer.
 */
const atOnce = 50;
const withSocket = newSemaphore(atOnce);

/**
 * Returns whether a post can never succeed: 413, an event that is too large, and 400. Other errors
 * may pass.
 */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof ApiGatewayManagementApiServiceException &&
    [400, 413].includes(error.$metadata.httpStatusCode ?? 0)
  );
}

/**
 * Milliseconds that a post may take: four attempts, the pauses between them, and what the caller
 * does after it.
 */
export const timeForPost = 16_000;

/** Connections that did not receive the event. */
interface Unreached<C> {
  /** Connections that are closed. */
  readonly closed: C[];
  /** Connections to try again later: the gateway was busy, or the client reads too slowly. */
  readonly failed: C[];
  /** Connections that there was no time for. */
  readonly untried: C[];
}

/**
 * Posts to each connection. Delivery is best effort: it logs errors, and clients fetch what they
 * missed. `timeLeft` returns how many milliseconds the function may still run: no post begins that
 * might not end by then.
 */
export async function postToConnections<C extends { readonly id: string }>(
  connections: readonly C[],
  event: (connection: C) => string,
  timeLeft: () => number = () => Number.POSITIVE_INFINITY,
): Promise<Unreached<C>> {
  const closed: C[] = [];
  const failed: C[] = [];
  const untried: C[] = [];
  await forEachConcurrent(connections, atOnce, async (connection) => {
    try {
      await withSocket(async () => {
        if (timeLeft() < timeForPost) untried.push(connection);
        else
          await gateway.send(
            new PostToConnectionCommand({ ConnectionId: connection.id, Data: event(connection) }),
          );
      });
    } catch (error) {
      if (isClosed(error)) closed.push(connection);
      else {
        if (!isRefusal(error)) failed.push(connection);
        log("warn", "post_failed", { connection_id: connection.id, ...errorFacts(error) });
      }
    }
  });
  return { closed, failed, untried };
}

/** Closes a connection. Does nothing if it is closed already. */
export async function closeConnection(connectionId: string): Promise<void> {
  try {
    await withSocket(() => gateway.send(new DeleteConnectionCommand({ ConnectionId: connectionId })));
  } catch (error) {
    if (!isClosed(error)) log("warn", "close_failed", { connection_id: connectionId, ...errorFacts(error) });
  }
}

/** The gateway's facts about an open connection. */
interface OpenConnection {
  readonly lastActiveAt: Date | undefined;
  readonly userAgent: string | undefined;
  readonly ipAddress: string | undefined;
}

/** Returns `closed` if the connection is no longer open. */
export async function getConnection(connectionId: string): Promise<OpenConnection | "closed"> {
  try {
    const { LastActiveAt, Identity } = await withSocket(() =>
      gateway.send(new GetConnectionCommand({ ConnectionId: connectionId })),
    );
    return {
      lastActiveAt: LastActiveAt,
      userAgent: Identity?.UserAgent,
      ipAddress: Identity?.SourceIp,
    };
  } catch (error) {
    if (isClosed(error)) return "closed";
    throw error;
  }
}
