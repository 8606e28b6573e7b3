import * as z from "zod";
import { deferred } from "../deferred.ts";

function lengthInCharacters(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/**
 * A character that is visible: no space, no control character, not the blank of Braille, and
 * nothing that fonts leave out, such as U+200B.
 * https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
 */
const shown = deferred(() => /[^\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u);

/**
 * Text of `min` to `max` characters (Unicode code points, not UTF-16 units), counted after `given`
 * has changed it and it was trimmed. A text without a visible character is empty.
 */
export function text(min: number, max: number, given: z.ZodString = z.string()) {
  return (
    given
      .trim()
      .overwrite((value) => (shown().test(value) ? value : ""))
      // NUL ends a text in many programs and databases.
      .refine((value) => !value.includes("\0"), { error: "must not contain the character NUL" })
      // Half of a surrogate pair is no character, and some databases return another text for it.
      .refine((value) => value.isWellFormed(), { error: "must be well-formed Unicode" })
      .refine((value) => lengthInCharacters(value) >= min, {
        error: min === 1 ? "must not be empty" : `must have at least ${min} characters`,
      })
      .refine((value) => lengthInCharacters(value) <= max, { error: `must have at most ${max} characters` })
      .meta({ minLength: min, maxLength: max })
  );
}

/** RFC 3339, UTC, milliseconds: `2026-01-31T09:30:00.000Z`. */
export const timestamp = deferred(() =>
  z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, { error: "must be a UTC time with milliseconds" })
    .meta({ format: "date-time" }),
);

/** A time in any zone, as RFC 3339 writes it. It is stored in UTC with milliseconds. */
export const instant = deferred(() =>
  z.iso
    .datetime({ offset: true, abort: true, error: "must be a time such as 2026-01-31T09:30:00Z" })
    // RFC 3339 has years of four digits, and in UTC the time may be in the year before 0000 or
    // after 9999.
    .refine((value) => /^\d{4}-/.test(new Date(value).toISOString()), {
      error: "must be of a year from 0000 to 9999 in UTC",
    })
    .transform((value) => new Date(value).toISOString()),
);

/** An id as clients send it. Ids are opaque: an operation that does not find one refuses it. */
export const id = deferred(() => z.string().min(1).max(128));

/**
 * The client chooses one for each message that it means to send. The answer to a repeat is the
 * first message.
 */
export const clientMessageId = deferred(() =>
  z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\x21-\x7e]+$/, { error: "must be 1 to 64 printable ASCII characters without spaces" }),
);

const metadataLimit = 4096;
const metadataDepth = 8;

function depthOf(value: unknown): number {
  return typeof value === "object" && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map((inner) => depthOf(inner)))
    : 0;
}

/** Zod drops this key at any depth, because it would set an object's prototype. */
const lostKey = "__proto__";

function hasLostKey(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    (Object.hasOwn(value, lostKey) || Object.values(value).some(hasLostKey))
  );
}

/**
 * Any JSON value. It is registered and not given `meta`, which would name a copy: the original
 * refers to itself.
 */
export const jsonValue = deferred(() => z.json().register(z.globalRegistry, { id: "JsonValue" }));

/** Free JSON that a client stores with a message. */
export const metadataObject = deferred(() => z.record(z.string(), jsonValue()).meta({ id: "Metadata" }));

/** The metadata of a message as a client sends it: up to 4 KB of JSON, at most 8 levels deep. */
export const metadata = deferred(() =>
  z.preprocess(
    (value, context) => {
      if (!hasLostKey(value)) return value;
      context.addIssue({ code: "custom", message: `must have no key \`${lostKey}\``, input: value });
      return z.NEVER;
    },
    metadataObject()
      .refine((value) => new TextEncoder().encode(JSON.stringify(value)).length <= metadataLimit, {
        error: `must be at most ${metadataLimit} bytes of JSON`,
      })
      .refine((value) => depthOf(value) <= metadataDepth, {
        error: `must be at most ${metadataDepth} levels deep`,
      }),
  ),
);
