import * as z from "zod";
import { deferred } from "../deferred.ts";
import { type ErrorCode, errorCodes } from "../errors.ts";

// Safe: the keys of a non-empty object literal, whose type TypeScript widens to string[].
const codes = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]];
export const errorCode = z.enum(codes).meta({ id: "ErrorCode" });

/** The body of every error of a function: RFC 9457, as `application/problem+json`. */
export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: errorCode,
    request_id: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem" });

export type Problem = z.output<typeof problem>;

/**
 * The body of an error that API Gateway answers by itself, as `application/json`: for a token that
 * its authorizer refuses, a URL without a route, a request that it throttles or cannot forward.
 */
export const gatewayError = deferred(() => z.object({ message: z.string() }).meta({ id: "GatewayError" }));
