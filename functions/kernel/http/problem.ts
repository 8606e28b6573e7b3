import { type ErrorCode, errorCodes } from "../../../contract/errors.ts";
import type { Problem } from "../../../contract/objects/problem.ts";
import { errorFacts, log } from "../runtime/log.ts";
import { isThrottled } from "../runtime/throttled.ts";
import { ApiError, type ErrorFacts } from "./api-error.ts";

/** The parts of an error that a caller gets. */
export interface Answer {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly facts: ErrorFacts;
}

/**
 * Decides what an error shows, for all kinds of requests. An `ApiError` is shown as it is. For any
 * other error the stack is logged with the request's id, and the caller gets that id alone.
 */
export function answerTo(error: unknown, request: { requestId: string; operation: string }): Answer {
  if (error instanceof ApiError) return { code: error.code, detail: error.message, facts: error.facts };
  const isBusy = isThrottled(error);
  log("error", isBusy ? "throttled" : "failed", {
    request_id: request.requestId,
    operation: request.operation,
    ...errorFacts(error),
  });
  return isBusy
    ? { code: "unavailable", detail: "The service is busy: try again in a moment.", facts: { retryAfter: 1 } }
    : {
        code: "internal_error",
        detail: `Something went wrong on our side. If it goes on, report it with the request id ${request.requestId}.`,
        facts: {},
      };
}

/**
 * Returns the body of an error answer (RFC 9457). `about:blank` says that the status and the title
 * are the whole meaning; `code` is for programs.
 */
export function problemOf({ code, detail, facts }: Answer, requestId: string): Problem {
  return {
    type: "about:blank",
    title: errorCodes[code].title,
    status: errorCodes[code].status,
    detail,
    code,
    request_id: requestId,
    ...(facts.errors && { errors: [...facts.errors] }),
  };
}
