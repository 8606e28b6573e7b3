import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AppClient } from "cognito-local/lib/services/appClient.js";
import type { User } from "cognito-local/lib/services/userPoolService.js";
import { readDataFile } from "../data-file.ts";

/**
 * The facts that the tokens of a sign-in share, also those of its refreshes. Times are seconds
 * since the epoch.
 */
interface Session {
  readonly origin_jti: string;
  readonly auth_time: number;
  readonly exp: number;
  readonly client_id: string;
}

interface AccessClaims {
  readonly sub: string;
  readonly client_id: string;
  readonly origin_jti: string;
  readonly exp: number;
}

interface Tokens {
  readonly AccessToken: string;
  readonly IdToken: string;
  readonly ExpiresIn: number;
}

export interface TokenIssuer {
  readonly jwks: { readonly keys: readonly object[] };
  startSession(client: AppClient): { session: Session; refreshToken: string };
  issue(user: User, groups: readonly string[], client: AppClient, session: Session): Tokens;
  /**
   * The claims of an access token of this issuer; undefined when it is none. Its expiry is not
   * checked.
   */
  readAccessToken(token: string): AccessClaims | undefined;
}

const secondsPer: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

/**
 * Issues tokens with the claims and lifetimes of Cognito's. cognito-local's own generator signs
 * with a key that is published with the package, takes the machine's clock, leaves profile
 * attributes, `origin_jti` and `version` out, and makes `email_verified: "false"` true.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
 */
export function createTokenIssuer(options: {
  readonly directory: string | undefined;
  readonly issuerOf: (poolId: string) => string;
  readonly now: () => number;
}): TokenIssuer {
  const privateKey = signingKey(options.directory);
  const publicKey = createPublicKey(privateKey);
  const jwk = publicKey.export({ format: "jwk" });
  const kid = String(jwk.n).slice(0, 20);
  const header = encode({ kid, alg: "RS256", typ: "JWT" });
  const seconds = () => Math.floor(options.now() / 1000);
  const signed = (claims: object) => {
    const content = `${header}.${encode(claims)}`;
    return `${content}.${sign("RSA-SHA256", Buffer.from(content), privateKey).toString("base64url")}`;
  };
  return {
    jwks: { keys: [{ ...jwk, kid, alg: "RS256", use: "sig" }] },
    startSession(client) {
      const auth_time = seconds();
      const exp =
        auth_time +
        lifetime(client.RefreshTokenValidity, client.TokenValidityUnits?.RefreshToken, "days", 30);
      const session = { origin_jti: randomUUID(), auth_time, exp, client_id: client.ClientId };
      // Opaque to clients, as Cognito's is. It needs no signature: it counts only while the user's
      // record holds it.
      return { session, refreshToken: `${encode(session)}.${randomUUID()}` };
    },
    issue(user, groups, client, session) {
      const iat = seconds();
      const accessLife = lifetime(
        client.AccessTokenValidity,
        client.TokenValidityUnits?.AccessToken,
        "hours",
        1,
      );
      const idLife = lifetime(client.IdTokenValidity, client.TokenValidityUnits?.IdToken, "hours", 1);
      const common = {
        sub: user.Attributes.find(({ Name }) => Name === "sub")?.Value,
        ...(groups.length > 0 ? { "cognito:groups": groups } : {}),
        iss: options.issuerOf(client.UserPoolId),
        origin_jti: session.origin_jti,
        event_id: randomUUID(),
        auth_time: session.auth_time,
        iat,
      };
      return {
        AccessToken: signed({
          ...common,
          client_id: client.ClientId,
          token_use: "access",
          scope: "aws.cognito.signin.user.admin",
          exp: iat + accessLife,
          jti: randomUUID(),
          username: user.Username,
          version: 2,
        }),
        IdToken: signed({
          ...profileClaims(user, client),
          ...common,
          "cognito:username": user.Username,
          aud: client.ClientId,
          token_use: "id",
          exp: iat + idLife,
          jti: randomUUID(),
        }),
        ExpiresIn: accessLife,
      };
    },
    readAccessToken(token) {
      const [head = "", body = "", signature = ""] = token.split(".");
      const content = Buffer.from(`${head}.${body}`);
      if (!verify("RSA-SHA256", content, publicKey, Buffer.from(signature, "base64url"))) return undefined;
      // The signature says that these claims were written above.
      const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as AccessClaims & {
        token_use: string;
      };
      return claims.token_use === "access" ? claims : undefined;
    },
  };
}

/**
 * The session that a refresh token says it carries; undefined when it is no refresh token. It
 * counts only when a user's record holds the token: anyone could have written it.
 */
export function readUnverifiedSession(token: string): Session | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());
    const isSession = typeof value === "object" && value !== null && "origin_jti" in value;
    // The cast is safe: this module wrote every value that passes the check.
    return isSession ? (value as Session) : undefined;
  } catch {
    return undefined;
  }
}

function profileClaims(user: User, client: AppClient): Record<string, unknown> {
  const readable = client.ReadAttributes;
  const shown = user.Attributes.filter(({ Name }) => !readable || readable.includes(Name));
  return Object.fromEntries(
    shown.map(({ Name, Value }) => [Name, Name.endsWith("_verified") ? Value === "true" : Value]),
  );
}

function lifetime(
  value: number | undefined,
  unit: string | undefined,
  defaultUnit: string,
  fallback: number,
): number {
  return (value || fallback) * (secondsPer[value ? (unit ?? defaultUnit) : defaultUnit] ?? 3600);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function signingKey(directory: string | undefined): KeyObject {
  const file = directory && join(directory, "signing-key.pem");
  const kept = file && readDataFile(file, createPrivateKey, "Remove it: users then have to log in again");
  if (kept) return kept;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  if (directory && file) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  }
  return privateKey;
}
