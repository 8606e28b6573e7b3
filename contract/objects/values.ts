import * as z from "zod";
import { deferred } from "../deferred.ts";

const lengthInCharacters = (text: string): number => {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
};

/**
 * A character that shows: no space, no control, nothing that fonts are to leave out, as U+200B (all of it in
 * https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point), and not the blank of Braille.
 */
const shown = deferred(() => /[^\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u);

/**
 * Text of `min` to `max` characters (Unicode code points, not UTF-16 units) after trimming, and after what `given` does. A
 * text in which nothing shows is empty.
 */
export const text = (min: number, max: number, given: z.ZodString = z.string()) =>
  given
    .trim()
    .overwrite((value) => (shown().test(value) ? value : ""))
    // It ends a text in many programs and databases.
    .refine((value) => !value.includes("\0"), { error: "must not contain the character NUL" })
    // Half of a surrogate pair is no character, and not every database gives it back as it was.
    .refine((value) => value.isWellFormed(), { error: "must be well-formed Unicode" })
    .refine((value) => lengthInCharacters(value) >= min, {
      error: min === 1 ? "must not be empty" : `must have at least ${min} characters`,
    })
    .refine((value) => lengthInCharacters(value) <= max, { error: `must have at most ${max} characters` })
    .meta({ minLength: min, maxLength: max });

/** RFC 3339, UTC, milliseconds: `2026-01-31T09:30:00.000Z`. */
export const timestamp = deferred(() =>
  z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, { error: "must be a UTC time with milliseconds" })
    .meta({ format: "date-time" }),
);

/** A time in any zone, as RFC 3339 writes it, kept in UTC with milliseconds. */
export const instant = deferred(() =>
  z.iso
    .datetime({ offset: true, abort: true, error: "must be a time such as 2026-01-31T09:30:00Z" })
    // RFC 3339 has years of four digits, and the zone may lead out of them.
    .refine((value) => /^\d{4}-/.test(new Date(value).toISOString()), {
      error: "must be of a year from 0000 to 9999 in UTC",
    })
    .transform((value) => new Date(value).toISOString()),
);

/** An id as clients send it. Ids are opaque: what is unknown is refused by whoever looks it up. */
export const id = deferred(() => z.string().min(1).max(128));

/** Chosen by the client, one for each message that it means to send; a repeat is answered with the first message. */
export const clientMessageId = deferred(() =>
  z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\x21-\x7e]+$/, { error: "must be 1 to 64 printable ASCII characters without spaces" }),
);

const metadataLimit = 4096;
const metadataDepth = 8;

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map((inner) => depthOf(inner)))
    : 0;

/** Zod leaves this key out of what it parses, wherever it stands, since it would set an object's prototype. */
const lostKey = "__proto__";

const hasLostKey = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (Object.hasOwn(value, lostKey) || Object.values(value).some(hasLostKey));

/** Free JSON that a client keeps with a message: up to 4 KB when written as JSON, and at most 8 levels deep. */
export const metadata = deferred(() =>
  z.preprocess(
    (value, context) => {
      if (!hasLostKey(value)) return value;
      context.addIssue({ code: "custom", message: `must have no key \`${lostKey}\``, input: value });
      return z.NEVER;
    },
    z
      .record(z.string(), z.json())
      .refine((value) => new TextEncoder().encode(JSON.stringify(value)).length <= metadataLimit, {
        error: `must be at most ${metadataLimit} bytes of JSON`,
      })
      .refine((value) => depthOf(value) <= metadataDepth, {
        error: `must be at most ${metadataDepth} levels deep`,
      }),
  ),
);
