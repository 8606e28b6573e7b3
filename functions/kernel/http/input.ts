import type * as z from "zod";
import type { Operation } from "../../../contract/operation.ts";
import { ApiError, invalidInput } from "./api-error.ts";
import { phraseIssue } from "./phrase-issue.ts";

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

interface InputProblem {
  readonly path: string;
  readonly message: string;
}

/** Options of parsing a client's input: they phrase an issue if its schema has no sentence. */
export const phrased = { error: phraseIssue };

/** Returns the problems of a value, each with the path of its field: `participant_ids.3`. */
export function problemsOf(error: z.ZodError): InputProblem[] {
  return error.issues.map((issue) => ({ path: issue.path.map(String).join("."), message: issue.message }));
}

type Part = "params" | "query" | "headers" | "body";

/**
 * Returns the parts of a request as the operation's schemas parse them. Throws `invalid_input` with
 * all problems at once.
 */
export function parseInput(operation: Operation, raw: Record<Part, unknown>): Record<Part, unknown> {
  const problems: InputProblem[] = [];
  const parse = (part: Part): unknown => {
    const schema = operation[part];
    if (!schema) return {};
    const result = schema().safeParse(raw[part], phrased);
    if (!result.success) problems.push(...problemsOf(result.error));
    return result.data;
  };
  const input = {
    params: parse("params"),
    query: parse("query"),
    headers: parse("headers"),
    body: parse("body"),
  };
  if (problems.length > 0) throw invalidInput(problems);
  return input;
}
