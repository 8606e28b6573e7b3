/**
 * Every error code of the public contract, with its HTTP status and its title. The detail of an
 * occurrence is written where the error is raised: a sentence that says what was wrong, and what to
 * do about it.
 */
export const errorCodes = {
  invalid_input: { status: 400, title: "The request is not valid" },
  invalid_json: { status: 400, title: "The body is not JSON" },
  invalid_cursor: { status: 400, title: "The cursor is not valid" },
  invalid_code: { status: 400, title: "The code is not valid" },
  invalid_frame: { status: 400, title: "The frame is not valid" },
  unauthorized: { status: 401, title: "No valid token was given" },
  invalid_credentials: { status: 401, title: "The credentials are not valid" },
  token_expired: { status: 401, title: "The token has expired" },
  forbidden: { status: 403, title: "Not allowed" },
  not_confirmed: { status: 403, title: "The account is not confirmed yet" },
  not_found: { status: 404, title: "Not found" },
  conflict: { status: 409, title: "Conflict with what exists" },
  changes_expired: { status: 410, title: "The changes are no longer kept" },
  too_large: { status: 413, title: "The request is too large" },
  unsupported_media_type: { status: 415, title: "The body must be JSON" },
  rate_limited: { status: 429, title: "Too many requests" },
  internal_error: { status: 500, title: "Something went wrong on our side" },
  unavailable: { status: 503, title: "Not available for the moment" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof errorCodes;
