import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from "jose";

/** A JWT authorizer of the template. */
export interface JwtAuthorizer {
  readonly issuer: string;
  readonly audience: readonly string[];
}

type Authorization =
  | { readonly outcome: "allowed"; readonly claims: Record<string, string>; readonly scopes: string[] | null }
  | { readonly outcome: "unauthorized" | "forbidden"; readonly challenge: string };

export type Authorize = (token: string | undefined, scopes: readonly string[]) => Promise<Authorization>;

type KeySet = ReturnType<typeof createRemoteJWKSet>;

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html: discovery and
// key set answer within 1500 ms
const ENDPOINT_TIMEOUT_MS = 1500;
// "API Gateway can cache the public key for two hours."
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
const KEY_CACHE_MS = 2 * 60 * 60 * 1000;
/** Only RSA is supported, says the same page. */
const ALGORITHMS = ["RS256", "RS384", "RS512"];

/**
 * The checks of
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html: kid,
 * signature, iss, aud or client_id, exp, nbf, iat, then the route's scopes.
 */
export function createJwtAuthorizer(authorizer: JwtAuthorizer, now: () => number): Authorize {
  let discovered: Promise<KeySet> | undefined;
  const findKeys = () => {
    discovered ??= discoverKeys(authorizer.issuer).catch((error: unknown) => {
      discovered = undefined;
      throw error;
    });
    return discovered;
  };
  return async (token, requiredScopes) => {
    if (!token) return { outcome: "unauthorized", challenge: "Bearer" };
    let keys: KeySet;
    try {
      keys = await findKeys();
    } catch {
      return invalid("OIDC discovery endpoint communication error");
    }
    const verified = await verify(token, keys, authorizer, now());
    if (typeof verified === "string") return invalid(verified);
    const scopes = scopesOf(verified);
    if (requiredScopes.length > 0 && !requiredScopes.some((scope) => scopes.includes(scope))) {
      const challenge = `Bearer scope="${requiredScopes.join(" ")}" error="insufficient_scope"`;
      return { outcome: "forbidden", challenge };
    }
    return {
      outcome: "allowed",
      claims: Object.fromEntries(Object.entries(verified).map(([name, value]) => [name, toClaimText(value)])),
      scopes: requiredScopes.length > 0 ? scopes : null,
    };
  };
}

/** The claims, or in the gateway's words what is wrong with the token. */
async function verify(
  token: string,
  keys: KeySet,
  { issuer, audience }: JwtAuthorizer,
  nowMs: number,
): Promise<JWTPayload | string> {
  let claims: JWTPayload;
  try {
    const verified = await jwtVerify(token, keys, {
      algorithms: ALGORITHMS,
      currentDate: new Date(nowMs),
      issuer,
    });
    if (verified.protectedHeader.kid === undefined) return "the token has no kid";
    claims = verified.payload;
  } catch (error) {
    return describeFailure(error);
  }
  if (claims.exp === undefined) return "the token has no expiry";
  if (claims.iat !== undefined && claims.iat > nowMs / 1000) return "the token was issued in the future";
  const audiences = claims.aud === undefined ? [claims.client_id] : [claims.aud].flat();
  return audiences.some((value) => typeof value === "string" && audience.includes(value))
    ? claims
    : "the token does not have a valid audience";
}

function describeFailure(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "the token has expired";
  if (error instanceof errors.JWTClaimValidationFailed)
    return `the token does not have a valid ${error.claim}`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return "signature is invalid";
  if (error instanceof errors.JWKSNoMatchingKey) return "unable to find a signing key that matches the kid";
  if (error instanceof errors.JOSEAlgNotAllowed) return "signing method is invalid";
  if (error instanceof errors.JWKSTimeout) return "JWKS communication error";
  return "the token is malformed";
}

function invalid(description: string): Authorization {
  const challenge = `Bearer scope="" error="invalid_token" error_description="${description}"`;
  return { outcome: "unauthorized", challenge };
}

async function discoverKeys(issuer: string): Promise<KeySet> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(ENDPOINT_TIMEOUT_MS) });
  const document: unknown = await response.json();
  const uri =
    typeof document === "object" && document !== null && "jwks_uri" in document
      ? document.jwks_uri
      : undefined;
  if (!response.ok || typeof uri !== "string") throw new Error(`${url} names no jwks_uri.`);
  return createRemoteJWKSet(new URL(uri), {
    timeoutDuration: ENDPOINT_TIMEOUT_MS,
    cacheMaxAge: KEY_CACHE_MS,
  });
}

function scopesOf(claims: JWTPayload): string[] {
  const scope = claims.scope ?? claims.scp;
  if (Array.isArray(scope)) return scope.map(String);
  return typeof scope === "string" ? scope.split(" ").filter(Boolean) : [];
}

/**
 * Claims reach the function as text; a list as `[one two]`, so that is how `cognito:groups` looks
 * there.
 */
function toClaimText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toClaimText).join(" ")}]`;
  if (typeof value === "object" && value !== null) {
    return `map[${Object.entries(value)
      .map(([name, item]) => `${name}:${toClaimText(item)}`)
      .join(" ")}]`;
  }
  return String(value);
}

/** The token of the identity source `$request.header.Authorization`, alone or after `Bearer `. */
export function readBearerToken(header: string | undefined): string | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  return /^bearer\s/i.test(text) ? text.slice(7).trim() : text;
}
