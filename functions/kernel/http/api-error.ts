import type { ErrorCode } from "../../../contract/errors.ts";

export interface ErrorFacts {
  /** The problems of an invalid input, each with the path of its field. */
  readonly errors?: readonly { path: string; message: string }[];
  /** Seconds after which the same request can succeed. */
  readonly retryAfter?: number;
}

/**
 * The one error that is meant for a caller: a code of the contract, a sentence, and facts. The
 * sentence says what was wrong and what to do. The kernel turns the error into an answer; any other
 * error becomes an `internal_error`.
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

/**
 * Returns the same error for a missing room and for a room of which the caller is no member. So a
 * caller cannot learn which of the two it is.
 */
export function noRoomAccess(): ApiError {
  return new ApiError("forbidden", "You don't have access to this room");
}

/**
 * At most this many problems of one input are listed. A caller with a thousand problems needs no
 * list of them.
 */
const maxListed = 20;

/** Returns an `invalid_input` error with the problems of an input. */
export function invalidInput(problems: readonly { path: string; message: string }[]): ApiError {
  const more = problems.length - maxListed;
  const errors =
    more > 0 ? [...problems.slice(0, maxListed), { path: "", message: `and ${more} more` }] : problems;
  const listed = errors.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  return new ApiError("invalid_input", `The input is not valid. ${listed.join("; ")}.`, { errors });
}
