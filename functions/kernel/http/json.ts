import { ApiError } from "./api-error.ts";

/** Levels of nesting that a request may have; `metadata`, the deepest thing that is stored, has 8 of its own. */
const depthLimit = 32;

/** Without recursion: what is to be refused here would exhaust the stack. */
function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > depthLimit) return true;
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return false;
}

/** Parses what a client sent. Throws `invalid_json`; `what` is what it was to be: the body, the frame. */
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
