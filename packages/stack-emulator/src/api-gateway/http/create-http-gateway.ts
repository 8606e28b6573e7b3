import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../clock.ts";
import { readApiGatewayPermissions } from "../../lambda/permissions.ts";
import { FunctionError, type FunctionHost } from "../../lambda/types.ts";
import { ACCOUNT_ID, REGION } from "../../template/pseudo-parameters.ts";
import type { ResolvedStack } from "../../template/types.ts";
import type { OnAnswered } from "../answered.ts";
import { TIMED_OUT, within } from "../deadline.ts";
import { splitUrl } from "../request.ts";
import { createGatewayId } from "../request-id.ts";
import { createThrottle } from "../throttle.ts";
import { type Headers, readCors, withoutCorsHeaders } from "./cors.ts";
import { createHttpEvent } from "./event.ts";
import {
  type Authorize,
  createJwtAuthorizer,
  type JwtAuthorizer,
  readBearerToken,
} from "./jwt-authorizer.ts";
import { operationLabel } from "./operation-label.ts";
import { readBody } from "./read-body.ts";
import { type HttpRoute, readHttpApi } from "./read-http-api.ts";
import { type GatewayResponse, gatewayError, readFunctionResponse } from "./response.ts";
import { createRouter, type RouteMatch } from "./routes.ts";

interface HttpGatewayOptions {
  readonly stack: ResolvedStack;
  readonly functions: FunctionHost;
  readonly clock: Clock;
  /** Takes what a caller is not told. */
  readonly log: (line: string) => void;
  readonly onAnswered?: OnAnswered | undefined;
  /** Milliseconds that a function may take at most. @default - the limit of API Gateway */
  readonly longestTimeoutMs?: number | undefined;
}

export interface HttpGateway {
  handle(request: IncomingMessage, response: ServerResponse): void;
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html: maximum
// integration timeout 30 seconds
const INTEGRATION_TIMEOUT_MS = 30_000;

/** Serves the HTTP API of the stack as API Gateway would. */
export function createHttpGateway(options: HttpGatewayOptions): HttpGateway {
  const { stack, functions, clock, log, onAnswered, longestTimeoutMs = INTEGRATION_TIMEOUT_MS } = options;
  const api = readHttpApi(stack);
  if (!api) throw new Error("The template has no HTTP API to serve.");
  const findRoute = createRouter(api.routes);
  const cors = readCors(api.corsConfiguration);
  const takeToken = createThrottle(api.stage, clock.now);
  const mayInvoke = readApiGatewayPermissions(stack);
  const authorizers = new Map<JwtAuthorizer, Authorize>();
  for (const { authorizer } of api.routes) {
    if (authorizer)
      authorizers.set(authorizer, authorizers.get(authorizer) ?? createJwtAuthorizer(authorizer, clock.now));
  }

  const answer = async (
    request: IncomingMessage,
    requestId: string,
  ): Promise<GatewayResponse | "aborted"> => {
    const method = request.method ?? "GET";
    const { rawPath } = splitUrl(request.url ?? "/");
    const match = findRoute(method, rawPath);
    if (!match) {
      // A preflight needs no route:
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
      if (method === "OPTIONS" && cors) {
        const { origin, "access-control-request-method": requestedMethod } = request.headers;
        return {
          status: 204,
          headers: cors.preflightHeaders(origin, requestedMethod),
          body: Buffer.alloc(0),
        };
      }
      return gatewayError(404, "Not Found");
    }
    const { route } = match;
    if (!takeToken(route.routeKey)) return gatewayError(429, "Too Many Requests");
    const body = await readBody(request);
    if (body === "aborted") return "aborted";
    if (body === "too-large") return gatewayError(413, "Request Entity Too Large", { connection: "close" });

    const authorize = route.authorizer && authorizers.get(route.authorizer);
    const authorization = await authorize?.(readBearerToken(request.headers.authorization), route.scopes);
    if (authorization && authorization.outcome !== "allowed") {
      const challenge = { "www-authenticate": authorization.challenge };
      return authorization.outcome === "forbidden"
        ? gatewayError(403, "Forbidden", challenge)
        : gatewayError(401, "Unauthorized", challenge);
    }
    const event = createHttpEvent(request, {
      apiId: api.apiId,
      routeKey: route.routeKey,
      pathParameters: match.pathParameters,
      jwt: authorization && { claims: authorization.claims, scopes: authorization.scopes },
      requestId,
      body,
      timeEpoch: clock.now(),
    });
    return invoke(match, event, operationLabel(method, rawPath));
  };

  const invoke = async (
    { route }: RouteMatch<HttpRoute>,
    event: Record<string, unknown>,
    operation: string,
  ): Promise<GatewayResponse> => {
    const { functionLogicalId, timeoutMs } = route.integration;
    if (!mayInvoke(functionLogicalId, sourceArn(api.apiId, route))) {
      log(
        `${route.routeKey}: ${functionLogicalId} has no AWS::Lambda::Permission that lets this API invoke it.`,
      );
      return gatewayError(500, "Internal Server Error");
    }
    try {
      const work = functions.invoke(functionLogicalId, event, { operation });
      const result = await within(work, Math.min(timeoutMs ?? longestTimeoutMs, longestTimeoutMs));
      if (result === TIMED_OUT) return gatewayError(503, "Service Unavailable");
      const response = readFunctionResponse(result);
      if (response) return cors ? { ...response, headers: withoutCorsHeaders(response.headers) } : response;
      log(
        `${route.routeKey}: ${functionLogicalId} returned something with a statusCode that is no response.`,
      );
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      if (error.errorType === "RequestTooLargeException")
        return gatewayError(413, "Request Entity Too Large");
      log(`${route.routeKey}: ${functionLogicalId}: ${error.errorType}: ${error.message}`);
    }
    return gatewayError(500, "Internal Server Error");
  };

  const send = (
    request: IncomingMessage,
    response: ServerResponse,
    answered: GatewayResponse,
    requestId: string,
  ) => {
    response.writeHead(answered.status, {
      ...answered.headers,
      ...cors?.responseHeaders(request.headers.origin),
      ...framing(answered),
      "apigw-requestid": requestId,
    });
    response.end(request.method === "HEAD" ? undefined : answered.body);
  };

  return {
    handle(request, response) {
      const requestId = createGatewayId();
      const startedAt = performance.now();
      answer(request, requestId)
        .then((answered) => {
          if (answered === "aborted") return;
          send(request, response, answered, requestId);
          onAnswered?.({
            requestId,
            method: request.method ?? "GET",
            path: splitUrl(request.url ?? "/").rawPath,
            status: answered.status,
            ms: performance.now() - startedAt,
          });
        })
        .catch((error: unknown) => {
          // A header that HTTP does not allow, from a function, ends here too.
          log(error instanceof Error ? (error.stack ?? error.message) : String(error));
          send(request, response, gatewayError(500, "Internal Server Error"), requestId);
        });
    },
  };
}

function framing({ status, body }: GatewayResponse): Headers {
  return status === 204 || status === 304 ? {} : { "content-length": String(body.length) };
}

/** Returns the ARN that the gateway names as its source when it invokes a function. */
function sourceArn(apiId: string, route: HttpRoute): string {
  const resource = route.routeKey === "$default" ? "$default" : `${route.method}/${route.segments.join("/")}`;
  return `arn:aws:execute-api:${REGION}:${ACCOUNT_ID}:${apiId}/$default/${resource}`;
}
