import type { ErrorCode } from "../../../contract/errors.ts";

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
export function noRoomAccess(): ApiError {
  return new ApiError("forbidden", "You don't have access to this room");
}

/** How many problems of one input are listed: whoever corrects a thousand needs no list of them. */
const maxListed = 20;

export function invalidInput(problems: readonly { path: string; message: string }[]): ApiError {
  const more = problems.length - maxListed;
  const errors =
    more > 0 ? [...problems.slice(0, maxListed), { path: "", message: `and ${more} more` }] : problems;
  const listed = errors.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  return new ApiError("invalid_input", `What was sent is not valid. ${listed.join("; ")}.`, { errors });
}
