import type * as z from "zod";
import type { Operation } from "../../../contract/operation.ts";
import { invalidInput } from "./api-error.ts";
import { phraseIssue } from "./phrase-issue.ts";

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
