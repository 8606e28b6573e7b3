/**
 * Sockets: the open connections of the WebSocket API, reached through its management API. The SDK finds the API's
 * address in AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI, which the stack sets.
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

// One client, and so one pool of kept-alive connections, for the life of the container. Its retries back off with
// jitter when the gateway answers 429. A gateway that does not answer must not take the whole time of a function that
// has stored what it tells of, and so has to answer: see `timeForPost`.
const gateway = new ApiGatewayManagementApiClient({
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2000, requestTimeout: 3000, throwOnRequestTimeout: true },
});

function isClosed(error: unknown): boolean {
  return error instanceof Error && error.name === "GoneException";
}

/**
 * Calls that run at once, for all that the container does: the SDK's own pool holds 50 sockets, and counts what a call waits
 * for one as time that the gateway takes to answer.
 */
const atOnce = 50;
const withSocket = newSemaphore(atOnce);

/** What may never succeed: 413, an event that is too large, and 400. All else that goes wrong may pass. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof ApiGatewayManagementApiServiceException &&
    [400, 413].includes(error.$metadata.httpStatusCode ?? 0)
  );
}

/** Milliseconds that a post may take at most: four attempts, the pauses between them, and what the caller then does. */
export const timeForPost = 16_000;

/** Those who did not get what was posted. */
interface Unreached<C> {
  /** Connections that are over. */
  readonly closed: C[];
  /** Those that may be reached later: the gateway was busy, or the client reads too slowly. */
  readonly failed: C[];
  /** Those for whom there was no time. */
  readonly untried: C[];
}

/**
 * Posts to each connection. Delivery is best effort: what goes wrong is logged, and the client fetches what it misses.
 * Where `timeLeft` says how many milliseconds the function may still run, no post begins that might not end by then.
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

/** Closes a connection; one that is gone is closed already. */
export async function closeConnection(connectionId: string): Promise<void> {
  try {
    await withSocket(() => gateway.send(new DeleteConnectionCommand({ ConnectionId: connectionId })));
  } catch (error) {
    if (!isClosed(error)) log("warn", "close_failed", { connection_id: connectionId, ...errorFacts(error) });
  }
}

/** What the gateway knows of an open connection. */
interface OpenConnection {
  readonly lastActiveAt: Date | undefined;
  readonly userAgent: string | undefined;
  readonly ipAddress: string | undefined;
}

/** `closed` where it is not open any more. */
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
