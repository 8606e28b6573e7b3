import type * as z from "zod";
import type { ErrorCode } from "./errors.ts";

/** The parts of the HTTP API. Each is served by one function, which has the area's name. */
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
 * One operation of the HTTP API, declared once. The stack's routes, the function's router and
 * validation, the types of its handler and the OpenAPI document are all derived from it. Its texts
 * and examples are in `descriptions/`, which no function imports.
 */
export interface Operation {
  readonly id: string;
  readonly area: Area;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /**
   * Names a parameter as `{name}`, without a last slash. The server answers with and without one.
   */
  readonly path: string;
  /** A short title in the imperative: "List the caller's rooms". */
  readonly summary: string;
  /** `user` requires a valid token; `public` is answered without one. */
  readonly auth: "user" | "public";
  /**
   * `pool`: exists only if the stack's own user pool keeps the accounts, not an external issuer.
   */
  readonly identity?: "pool";
  // Schemas are functions: each is made when it is first needed (see deferred.ts).
  readonly params?: () => z.ZodObject;
  readonly query?: () => z.ZodObject;
  readonly body?: () => z.ZodObject;
  readonly headers?: () => z.ZodObject;
  /**
   * The status and the body of a success. A null schema stands for an answer without a body. If the
   * operation names media types, its body is of one of them, and is not JSON.
   */
  readonly success: {
    readonly status: 200 | 201 | 204;
    readonly schema: (() => z.ZodType) | null;
    readonly media?: readonly string[];
  };
  /** The status of the answer to a request that was carried out before; its schema is the same. */
  readonly repeated?: 200;
  /**
   * Whether a `Link` header leads to the next part (RFC 8288), for answers that are bare arrays.
   */
  readonly linksNext?: true;
  /** Codes beyond those that any operation can answer with (see `commonErrors`). */
  readonly errors: readonly ErrorCode[];
}

export function defineOperation<const O extends Operation>(operation: O): O {
  return operation;
}

/** Codes that the kernel may answer with, whatever the operation. */
export function commonErrors(operation: Operation): ErrorCode[] {
  return [
    "internal_error",
    "unavailable",
    ...(operation.params || operation.query || operation.body ? (["invalid_input"] as const) : []),
    ...(operation.body ? (["invalid_json", "unsupported_media_type", "too_large"] as const) : []),
    ...(operation.auth === "user" ? (["unauthorized"] as const) : []),
  ];
}

type Output<S> = S extends () => z.ZodType ? z.output<ReturnType<S>> : Record<string, never>;

/** The input of a handler: each part is parsed and typed by the operation's schemas. */
export interface OperationInput<O extends Operation> {
  readonly params: Output<O["params"]>;
  readonly query: Output<O["query"]>;
  readonly body: Output<O["body"]>;
  readonly headers: Output<O["headers"]>;
}

/** An answer that is not JSON. */
export interface Media {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** Seconds for which clients and caches may keep it. */
  readonly maxAge: number;
}

/** The answer of an operation that succeeds. */
export type OperationResult<O extends Operation> = O["success"] extends { readonly media: readonly string[] }
  ? Media
  : O["success"]["schema"] extends () => z.ZodType
    ? z.input<ReturnType<O["success"]["schema"]>>
    : undefined;
