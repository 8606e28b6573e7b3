import * as z from "zod";
import { type ErrorCode, errorCodes } from "../errors.ts";

// Safe: the keys of a non-empty object literal, whose type TypeScript widens to string[].
const codes = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]];
export const errorCode = z.enum(codes);

/** The body of every error of the HTTP API: RFC 9457, as `application/problem+json`. */
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
