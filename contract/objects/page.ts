import * as z from "zod";
import { deferred } from "../deferred.ts";

export const maxPageSize = 100;
export const defaultPageSize = 50;

function wholeNumber(what: string) {
  return z
    .string()
    .regex(/^\d+$/, { error: `${what} must be a whole number` })
    .transform(Number);
}

/** A whole number in a query, where every value arrives as text. */
export function wholeNumberFrom(what: string, min: number, max: number) {
  return wholeNumber(what)
    .refine((value) => value >= min, { error: `${what} must be at least ${min}` })
    .refine((value) => value <= max, { error: `${what} must be at most ${max}` })
    .meta({ type: "integer", minimum: min, maximum: max });
}

/** The query parameters of every list: `page` from 1, `page_size` from 1 to 100. */
export const pageQuery = deferred(() =>
  z.object({
    page: wholeNumberFrom("page", 1, 1_000_000_000).default(1),
    page_size: wholeNumberFrom("page_size", 1, maxPageSize).default(defaultPageSize),
    /**
     * Entries before page 1. `next` sets it if an answer ended early because its entries were too
     * large.
     */
    skip: wholeNumberFrom("skip", 0, 1_000_000_000).default(0),
  }),
);

/** A place in a room: a whole number from 0. */
export function cursor(what: string) {
  return wholeNumber(what)
    .refine((value) => Number.isSafeInteger(value), { error: `${what} is too large` })
    .meta({ type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
    .optional();
}

/** The envelope of every list. `next` and `previous` are absolute URLs or null. */
export function pageOf<T extends z.ZodType>(id: string, item: () => T) {
  return deferred(() =>
    z
      .object({
        count: z.int().nonnegative(),
        next: z.url().nullable(),
        previous: z.url().nullable(),
        results: z.array(item()),
      })
      .meta({ id }),
  );
}
