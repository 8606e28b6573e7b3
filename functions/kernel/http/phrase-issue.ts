import type * as z from "zod";

/** Phrases for the types of values, by zod's names. */
const types: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

const formats: Readonly<Record<string, string>> = {
  datetime: "a time such as 2026-01-31T09:30:00Z",
  url: "a URL",
};

/** Returns `must have at most 20 items`, `must be more than 0`. */
function phraseBound(bound: string, limit: number | bigint, origin: string): string {
  if (origin !== "string" && origin !== "array") return `must be ${bound} ${limit}`;
  if (bound === "at least" && limit === 1) return "must not be empty";
  return `must have ${bound} ${limit} ${origin === "string" ? "characters" : "items"}`;
}

/**
 * Returns what to do about a refused value, for a schema without a sentence of its own. The tone is
 * that of schemas with one.
 */
export function phraseIssue(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return "is required";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${types[issue.expected] ?? issue.expected}`;
    case "invalid_format":
      return `must be ${formats[issue.format] ?? `a valid ${issue.format}`}`;
    case "invalid_value":
      return issue.values.length === 1
        ? `must be ${String(issue.values[0])}`
        : `must be one of ${issue.values.map(String).join(", ")}`;
    case "too_big":
      return phraseBound(issue.inclusive === false ? "less than" : "at most", issue.maximum, issue.origin);
    case "too_small":
      return phraseBound(issue.inclusive === false ? "more than" : "at least", issue.minimum, issue.origin);
    default:
      return "is not what openapi.json says";
  }
}
