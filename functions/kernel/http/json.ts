import { ApiError } from "./api-error.ts";

/**
 * Levels of nesting that a request may have. `metadata`, the deepest stored value, has 8 of its
 * own.
 */
const depthLimit = 32;

/** Works without recursion, because a value that must be refused would exhaust the stack. */
function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > depthLimit) return true;
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return false;
}

/**
 * Parses a client's JSON. `what` names the text in the error: body or frame. Throws `invalid_json`.
 */
export function parseJson(text: string, what: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError("invalid_json", `The ${what} is not valid JSON: check quotes, commas and brackets.`);
  }
  if (isTooDeep(value))
    throw new ApiError("invalid_json", `The ${what} is nested more than ${depthLimit} levels deep.`);
  return value;
}
