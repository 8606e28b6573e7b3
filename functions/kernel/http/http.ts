import type { APIGatewayProxyEventV2WithJWTAuthorizer } from "aws-lambda";
import { type Context, Hono } from "hono";
import { handle, type LambdaEvent } from "hono/aws-lambda";
import { errorCodes } from "../../../contract/errors.ts";
import type { Media, Operation, OperationInput, OperationResult } from "../../../contract/operation.ts";
import { type Actor, actorFromClaims } from "../auth/actor.ts";
import { environment } from "../runtime/environment.ts";
import { ApiError } from "./api-error.ts";
import { parseInput, parseJson } from "./input.ts";
import { answerTo, problemOf } from "./problem.ts";

/** The answer to a request that had been carried out before; only its status differs. */
export class Repeated<T> {
  readonly value: T;
  constructor(value: T) {
    this.value = value;
  }
}

/**
 * A part of a list that is answered as a bare array, and the URL of the next part; null at the end.
 */
export class Linked<T> {
  readonly value: T;
  readonly next: string | null;
  constructor(value: T, next: string | null) {
    this.value = value;
    this.next = next;
  }
}

/**
 * The input of a handler: the caller, and the request's parts as the operation's schemas parsed
 * them.
 */
export type HandlerRequest<O extends Operation> = OperationInput<O> & {
  readonly actor: O["auth"] extends "user" ? Actor : undefined;
  /** The absolute URL that the client called, for links to further pages. */
  readonly url: URL;
};

type Handler<O extends Operation> = (
  request: HandlerRequest<O>,
) => Promise<OperationResult<O> | Repeated<OperationResult<O>> | Linked<OperationResult<O>>>;

/** One handler for each operation; a missing one does not compile. */
export type Handlers<Operations extends Record<string, Operation>> = {
  readonly [Id in keyof Operations]: Handler<Operations[Id]>;
};

type ProvisionUser = (actor: Actor) => Promise<void>;

type Env = { Bindings: { event: APIGatewayProxyEventV2WithJWTAuthorizer } };

/**
 * Bytes. The largest legitimate body, a room with all of its first participants, has half of it.
 */
const bodyLimit = 256 * 1024;

/** Returns the operation's path in the router's notation: `{room_id}` becomes `:room_id`. */
function routePath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

function actorOf(event: APIGatewayProxyEventV2WithJWTAuthorizer): Actor {
  // The claims are missing if a route was deployed without its authorizer. Then every request is
  // refused.
  const actor = actorFromClaims(event.requestContext.authorizer?.jwt?.claims ?? {});
  if (!actor) throw new ApiError("unauthorized", "Send a valid token: Authorization: Bearer <token>.");
  return actor;
}

async function bodyOf(context: Context<Env>): Promise<unknown> {
  const type = context.req.header("content-type");
  if (type !== undefined && !/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type))
    throw new ApiError("unsupported_media_type", `Send the body as application/json, not as ${type}.`);
  const body = await context.req.text();
  if (Buffer.byteLength(body) > bodyLimit)
    throw new ApiError("too_large", `The body has more than the ${bodyLimit} bytes that are taken.`);
  return body.trim() === "" ? {} : parseJson(body, "body");
}

/**
 * Encodes the path of an event again. The gateway passes on a decoded path
 * (https://github.com/honojs/hono/issues/2156), from which Hono makes a URL. Encoded again, `?` and
 * similar characters stay parts of a segment.
 */
function withEncodedPath<Event extends { readonly rawPath: string }>(event: Event): Event {
  return {
    ...event,
    rawPath: event.rawPath.split("/").map(encodeURIComponent).join("/"),
  };
}

/**
 * Returns the path to match, without its last slash. The request's URL cannot be used, because
 * `x/../y` has become `y` in it.
 */
function pathToMatch(rawPath: string): string {
  return rawPath.endsWith("/") ? rawPath.slice(0, -1) : rawPath;
}

/**
 * Returns the URL that the client called. API Gateway accepts TLS only. Its `x-forwarded-proto`
 * names the client's protocol, also when the API runs locally.
 */
function urlOf(context: Context<Env>): URL {
  const { rawPath, rawQueryString, requestContext } = context.env.event;
  const scheme = context.req.header("x-forwarded-proto") ?? "https";
  const host = context.req.header("host") ?? requestContext.domainName;
  return new URL(`${scheme}://${host}${rawPath}${rawQueryString ? `?${rawQueryString}` : ""}`);
}

/**
 * Returns uploaded bytes in a way that they cannot become a page of this origin. A browser takes
 * them for the type that was checked, and runs nothing. Pages of other origins may show them.
 */
function mediaResponse({ mediaType, bytes, maxAge }: Media): Response {
  return new Response(new Uint8Array(bytes), {
    headers: {
      "content-type": mediaType,
      "cache-control": `public, max-age=${maxAge}, immutable`,
      "content-security-policy": "default-src 'none'; sandbox",
      "cross-origin-resource-policy": "cross-origin",
      "x-content-type-options": "nosniff",
    },
  });
}

async function run(
  operation: Operation,
  handler: Handler<Operation>,
  context: Context<Env>,
  provisionUser: ProvisionUser | undefined,
): Promise<Response> {
  const actor = operation.auth === "user" ? actorOf(context.env.event) : undefined;
  const input = parseInput(operation, {
    params: context.req.param(),
    query: context.req.query(),
    headers: context.req.header(),
    body: operation.body ? await bodyOf(context) : {},
  });
  if (actor) await provisionUser?.(actor);
  // Safe: parseInput has just checked every part against the schema from which its type is derived.
  const request = { ...input, actor, url: urlOf(context) } as HandlerRequest<Operation>;
  const result = await handler(request);
  const { status, media } = operation.success;
  if (status === 204) return context.body(null, 204);
  // Safe: OperationResult is Media if an operation names media types.
  if (media) return mediaResponse(result as unknown as Media);
  if (result instanceof Linked)
    return context.json(
      result.value,
      status,
      // https://www.rfc-editor.org/rfc/rfc8288#section-3
      result.next === null ? {} : { link: `<${result.next}>; rel="next"` },
    );
  return result instanceof Repeated
    ? context.json(result.value, operation.repeated ?? status)
    : context.json(result, status);
}

/**
 * Returns the Lambda handler of an area. It routes paths with and without the last slash,
 * validates, and maps errors, all in one place. `provisionUser` is called for the sender of each
 * valid request, before the request is handled.
 */
export function serveHttp<const Operations extends Record<string, Operation>>(
  operations: Operations,
  handlers: Handlers<Operations>,
  provisionUser?: ProvisionUser,
) {
  const app = new Hono<Env>({
    getPath: (_request, options) => pathToMatch(options?.env?.event.rawPath ?? "/"),
  });
  for (const [id, operation] of Object.entries(operations)) {
    // With an external issuer there are no own accounts, and no such operations.
    if (operation.identity === "pool" && !environment.hasUserPool) continue;
    // Safe: Handlers gives every operation its own handler; a loop over both cannot express that.
    const handler = handlers[id] as unknown as Handler<Operation>;
    app.on(operation.method, routePath(operation.path), (context) =>
      run(operation, handler, context, provisionUser),
    );
  }
  app.notFound((context) => {
    throw new ApiError(
      "not_found",
      `There is no ${context.req.method} ${context.req.path}. The operations are listed in openapi.json.`,
    );
  });
  app.onError((error, context) => {
    const { requestId, routeKey } = context.env.event.requestContext;
    const answer = answerTo(error, { requestId, operation: routeKey });
    const { retryAfter } = answer.facts;
    return context.body(JSON.stringify(problemOf(answer, requestId)), errorCodes[answer.code].status, {
      "content-type": "application/problem+json",
      ...(retryAfter !== undefined && { "retry-after": String(Math.ceil(retryAfter)) }),
    });
  });
  const answer = handle(app);
  return (event: Extract<LambdaEvent, { rawPath: string }>) => answer(withEncodedPath(event));
}
