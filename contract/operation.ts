import type * as z from "zod";
import type { ErrorCode } from "./errors.ts";

/** The parts of the HTTP API; each is served by one function, `functions/<area>.ts`. */
export type Area =
  | "auth"
  | "rooms"
  | "messages"
  | "users"
  | "presence"
  | "attachments"
  | "notifications"
  | "search";

/**
 * One operation of the HTTP API, declared once: the stack's routes, the function's router and validation, the types of
 * its handler and the OpenAPI document are all read from it.
 */
export interface Operation {
  readonly id: string;
  readonly area: Area;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With `{name}` for a parameter and without a last slash; it is answered with and without one. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** `user` wants a valid token; `public` is answered without one. */
  readonly auth: "user" | "public";
  /** `pool`: exists only where accounts live in the stack's own user pool, not with an external issuer. */
  readonly identity?: "pool";
  // Schemas are functions: each is made when it is first needed (see deferred.ts).
  readonly params?: () => z.ZodObject;
  readonly query?: () => z.ZodObject;
  readonly body?: () => z.ZodObject;
  readonly headers?: () => z.ZodObject;
  /**
   * The status and schema of success; null is an answer without a body, or, where it names media types, with one that is
   * no JSON.
   */
  readonly success: {
    readonly status: 200 | 201 | 204;
    readonly schema: (() => z.ZodType) | null;
    readonly media?: readonly string[];
  };
  /** The status of an answer to a request that was carried out before: same schema. */
  readonly repeated?: 200;
  /** Whether a `Link` header leads to what comes next (RFC 8288): of answers that are bare arrays. */
  readonly linksNext?: true;
  /** Codes beyond those that any operation can answer with (see `commonErrors`). */
  readonly errors: readonly ErrorCode[];
}

export const defineOperation = <const O extends Operation>(operation: O): O => operation;

/** Codes that the kernel may answer with, whatever the operation. */
export const commonErrors = (operation: Operation): ErrorCode[] => [
  "internal_error",
  "unavailable",
  ...(operation.params || operation.query || operation.body ? (["invalid_input"] as const) : []),
  ...(operation.body ? (["invalid_json", "unsupported_media_type", "too_large"] as const) : []),
  ...(operation.auth === "user" ? (["unauthorized"] as const) : []),
];

type Output<S> = S extends () => z.ZodType ? z.output<ReturnType<S>> : Record<string, never>;

/** What a handler is given: everything parsed and typed by the operation's schemas. */
export interface OperationInput<O extends Operation> {
  readonly params: Output<O["params"]>;
  readonly query: Output<O["query"]>;
  readonly body: Output<O["body"]>;
  readonly headers: Output<O["headers"]>;
}

/** An answer that is no JSON. */
export interface Media {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** Seconds for which whoever got it may keep it. */
  readonly maxAge: number;
}

/** What an operation answers with when it succeeds. */
export type OperationResult<O extends Operation> = O["success"] extends { readonly media: readonly string[] }
  ? Media
  : O["success"]["schema"] extends () => z.ZodType
    ? z.input<ReturnType<O["success"]["schema"]>>
    : undefined;
