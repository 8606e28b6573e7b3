import { numberOf, recordOf, textsOf } from "../../template/read.ts";

export type Headers = Record<string, string | string[]>;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
interface Cors {
  /** The gateway's own answer to a preflight. */
  preflightHeaders(origin: string | undefined, requestedMethod: string | undefined): Headers;
  /** The headers that the gateway adds to the response to a request from this origin. */
  responseHeaders(origin: string | undefined): Headers;
}

export function readCors(configuration: unknown): Cors | undefined {
  if (configuration === undefined) return undefined;
  const settings = recordOf(configuration);
  const origins = textsOf(settings.AllowOrigins);
  const maxAge = numberOf(settings.MaxAge);

  const originHeaders = (origin: string): Headers | undefined => {
    const isAny = origins.includes("*");
    if (!isAny && !origins.some((allowed) => matchesOrigin(allowed, origin))) return undefined;
    return {
      "access-control-allow-origin": isAny ? "*" : origin,
      ...(settings.AllowCredentials === true && { "access-control-allow-credentials": "true" }),
    };
  };
  return {
    preflightHeaders(origin, requestedMethod) {
      const allowed =
        origin !== undefined && requestedMethod !== undefined ? originHeaders(origin) : undefined;
      if (!allowed) return {};
      return {
        ...allowed,
        ...listHeader("access-control-allow-methods", settings.AllowMethods),
        ...listHeader("access-control-allow-headers", settings.AllowHeaders),
        ...(maxAge !== undefined && { "access-control-max-age": String(maxAge) }),
      };
    },
    responseHeaders(origin) {
      const allowed = origin === undefined ? undefined : originHeaders(origin);
      if (!allowed) return {};
      return { ...allowed, ...listHeader("access-control-expose-headers", settings.ExposeHeaders) };
    },
  };
}

function listHeader(name: string, values: unknown): Headers {
  const list = textsOf(values);
  return list.length > 0 ? { [name]: list.join(",") } : {};
}

/** An origin may also be all of a scheme, `https://*`. */
function matchesOrigin(allowed: string, origin: string): boolean {
  if (allowed.endsWith("://*")) return origin.startsWith(allowed.slice(0, -1));
  return allowed.toLowerCase() === origin.toLowerCase();
}

/** With CORS configured, the gateway ignores the CORS headers of the function. */
export function withoutCorsHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("access-control-")));
}
