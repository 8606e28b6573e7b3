import type { ErrorCode } from "../../contract/errors.ts";

export interface ErrorFacts {
  /** Each problem of a bad input, by the path of its field. */
  readonly errors?: readonly { path: string; message: string }[];
  /** Seconds after which the same request can succeed. */
  readonly retryAfter?: number;
}

/**
 * The one error that is meant for a caller: a code of the contract, a sentence that says what was wrong and what to
 * do, and facts. The kernel turns it into an answer; whatever else is thrown becomes an `internal_error`.
 */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, detail: string, facts: ErrorFacts = {}) {
    super(detail);
    this.name = "ApiError";
    this.code = code;
    this.facts = facts;
  }
}

/** A room that the caller is not in and one that does not exist answer alike, so that nobody learns which it is. */
export const noRoomAccess = (): ApiError => new ApiError("forbidden", "You don't have access to this room");

export const invalidInput = (errors: readonly { path: string; message: string }[]): ApiError =>
  new ApiError(
    "invalid_input",
    `What was sent is not valid. ${errors.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ")}.`,
    { errors },
  );
