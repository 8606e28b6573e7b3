import { JwtVerifier } from "aws-jwt-verify";
import { JwtBaseError, JwtExpiredError, JwtInvalidAudienceError } from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { environment } from "../runtime/environment.ts";
import { type Actor, actorFromClaims } from "./actor.ts";

// Node's own fetch, because the library's fetcher refuses an issuer without TLS, as a local one is.
async function fetchBytes(uri: string): Promise<ArrayBuffer> {
  const response = await fetch(uri, { signal: AbortSignal.timeout(5000) });
  if (!response.ok) throw new Error(`${uri} answered ${response.status}.`);
  return response.arrayBuffer();
}

/**
 * Returns the address of the issuer's keys:
 * https://openid.net/specs/openid-connect-discovery-1_0.html
 */
async function keysUri(issuer: string): Promise<string> {
  const bytes = await fetchBytes(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const configuration: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
  if (typeof configuration === "object" && configuration !== null && "jwks_uri" in configuration)
    return String(configuration.jwks_uri);
  throw new Error(`The OpenID configuration of ${issuer} names no jwks_uri.`);
}

/**
 * Creates a verifier that accepts access tokens and id tokens alike, as the HTTP API's authorizer
 * does. The client is in `aud` of an id token and in `client_id` of an access token.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
async function createVerifier(issuer: string, clientId: string) {
  return JwtVerifier.create(
    {
      issuer,
      audience: null,
      jwksUri: await keysUri(issuer),
      customJwtCheck: ({ payload }) => {
        const audiences = [payload.aud ?? []].flat();
        if (!audiences.includes(clientId) && payload.client_id !== clientId)
          throw new JwtInvalidAudienceError(
            "The token was issued to another client.",
            payload.client_id,
            clientId,
          );
      },
    },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchBytes } }) },
  );
}

// Kept for the life of the container, with the issuer's keys. A failure to get the keys is not
// kept.
let verifier: ReturnType<typeof createVerifier> | undefined;

/**
 * Returns the caller that a token names; `expired` or `invalid` for a token that is not valid.
 * Throws if the issuer is unreachable.
 */
export async function verifyToken(token: string): Promise<Actor | "expired" | "invalid"> {
  verifier ??= createVerifier(environment.issuer, environment.clientId);
  const ready = await verifier.catch((error: unknown) => {
    verifier = undefined;
    throw error;
  });
  try {
    return actorFromClaims(await ready.verify(token)) ?? "invalid";
  } catch (error) {
    if (error instanceof JwtExpiredError) return "expired";
    if (error instanceof JwtBaseError) return "invalid";
    throw error;
  }
}
