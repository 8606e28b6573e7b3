import type { PoolDefinition } from "./pools.ts";
import type { CognitoRequest } from "./users.ts";

/**
 * An e-mail that Cognito would send. `kind` is its reason: SignUp, ResendCode, ForgotPassword,
 * UpdateUserAttribute and others.
 */
export interface Mail {
  /** RFC 3339, by the emulator's clock. */
  readonly at: string;
  readonly to: string;
  readonly kind: string;
  readonly code: string;
}

export interface WorkerSettings {
  /** The folder of the data; undefined to keep none. */
  readonly directory: string | undefined;
  /** A pool's issuer is this, a slash and the pool's id. */
  readonly issuerBase: string;
  readonly clockOffsetMs: number;
  readonly pools: readonly PoolDefinition[];
}

export type ToWorker =
  | { readonly type: "call"; readonly id: number; readonly target: string; readonly request: CognitoRequest }
  | { readonly type: "clock"; readonly offsetMs: number }
  | { readonly type: "close" };

export type FromWorker =
  | { readonly type: "ready"; readonly jwks: string }
  | { readonly type: "answer"; readonly id: number; readonly status: number; readonly body: string }
  | { readonly type: "mail"; readonly mail: Mail }
  | { readonly type: "closed" };
