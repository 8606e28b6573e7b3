import { expect, onTestFailed } from "vitest";
import type * as z from "zod";
import { errorCodes } from "../../contract/errors.ts";
import { type Problem, problem } from "../../contract/objects/problem.ts";
import type { Media, Operation } from "../../contract/operation.ts";
import { type OperationId, operations } from "../../contract/operations.ts";
import { holdDeclared } from "./declared-answers.ts";
import { loggedFor } from "./logged.ts";
import { exercise, target } from "./target.ts";

type Operations = typeof operations;
type BodyOf<Id extends OperationId> = Operations[Id]["success"] extends { readonly media: readonly string[] }
  ? Pick<Media, "mediaType" | "bytes">
  : Operations[Id]["success"]["schema"] extends () => z.ZodType
    ? z.output<ReturnType<Operations[Id]["success"]["schema"]>>
    : undefined;

export interface CallInput {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string | number>;
  readonly body?: unknown;
  readonly token?: string | undefined;
  readonly headers?: Record<string, string>;
  /** Adds a slash to the path. */
  readonly slash?: boolean;
}

export interface Answer<T> {
  readonly status: number;
  /** The body, typed for an operation that succeeded. */
  readonly body: T;
  /** The body, typed for an operation that failed. */
  readonly problem: Problem;
  readonly headers: Headers;
}

/** Fails unless a value is exactly what a schema says: no field is missing, and none is unknown. */
export function holdAgainst(schema: z.ZodType, value: unknown, what: string): void {
  const result = schema.safeParse(value);
  if (!result.success)
    throw new Error(
      `${what} breaks the contract: ${result.error.message}\n${JSON.stringify(value, null, 2)}`,
    );
  expect(value, `${what} has fields that the contract does not know`).toEqual(result.data);
}

function urlOf(operation: Operation, { params = {}, query = {}, slash }: CallInput): URL {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ""),
  );
  const url = new URL(`${path}${slash ? "/" : ""}`, target().httpUrl);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return url;
}

/** Returns JSON, nothing, or bytes of a media type that the operation names. */
async function bodyOf({ success }: Operation, response: Response): Promise<unknown> {
  const mediaType = response.headers.get("content-type") ?? "";
  if (response.status === success.status && success.media) {
    expect(success.media).toContain(mediaType);
    return { mediaType, bytes: new Uint8Array(await response.arrayBuffer()) };
  }
  const text = await response.text();
  return text === "" ? undefined : JSON.parse(text);
}

/**
 * The statuses that the gateway itself may answer with, in the shape that `holdDeclared` knows: its
 * authorizer refuses a token, or a function ends without an answer or gives none in 30 seconds. Any
 * other status of the gateway is a fault of the stack, such as a missing route.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html
 */
const gatewayStatuses = [401, 500, 503];

function holdProblem(operation: Operation, response: Response, body: unknown): void {
  const type = response.headers.get("content-type");
  const what = `The ${response.status} of ${operation.id}`;
  if (gatewayStatuses.includes(response.status) && type === "application/json") return;
  expect(type, what).toBe("application/problem+json");
  holdAgainst(problem, body, what);
  const { code, status, detail } = body as Problem;
  expect(status, what).toBe(response.status);
  expect(errorCodes[code].status, what).toBe(response.status);
  expect(detail.length, what).toBeGreaterThan(10);
}

/** Prints the functions' output for a request if its test fails. */
function printIfTestFails(what: string, logged: string): void {
  try {
    onTestFailed(() => console.error(`${what}:${logged}`));
  } catch {
    // Outside of a test, as in a hook, there is no test to print for.
  }
}

/**
 * Returns an answer that keeps to the contract, and the functions' logged output if one of them
 * failed.
 */
async function request<Id extends OperationId>(
  id: Id,
  input: CallInput,
): Promise<{ readonly answer: Answer<BodyOf<Id>>; readonly logged: string }> {
  const operation: Operation = operations[id];
  const hasBody = input.body !== undefined;
  const response = await fetch(urlOf(operation, input), {
    method: operation.method,
    headers: {
      ...(hasBody && { "content-type": "application/json" }),
      ...(input.token !== undefined && { authorization: `Bearer ${input.token}` }),
      ...input.headers,
    },
    ...(hasBody && { body: typeof input.body === "string" ? input.body : JSON.stringify(input.body) }),
  });
  const body = await bodyOf(operation, response);
  const logged = response.status >= 500 ? await loggedFor(response.headers.get("apigw-requestid")) : "";
  const { success, repeated } = operation;
  const mediaType = response.headers.get("content-type")?.split(";")[0];
  holdDeclared(operation, { status: response.status, mediaType, body });
  if (response.status === success.status || response.status === repeated) {
    exercise(id);
    if (success.schema) holdAgainst(success.schema(), body, `The answer of ${id}`);
    else if (!success.media) expect(body).toBeUndefined();
  } else holdProblem(operation, response, body);
  const { status, headers } = response;
  // Safe: just held against the schemas that the type is read from.
  return { answer: { status, body: body as BodyOf<Id>, problem: body as Problem, headers }, logged };
}

/** Calls an operation, whatever it answers, and holds the answer against the contract. */
export async function attempt<Id extends OperationId>(
  id: Id,
  input: CallInput = {},
): Promise<Answer<BodyOf<Id>>> {
  const { answer, logged } = await request(id, input);
  if (logged !== "") printIfTestFails(`${id} answered ${answer.status}`, logged);
  return answer;
}

/** Calls an operation that must succeed, and returns its body. */
export async function call<Id extends OperationId>(id: Id, input: CallInput = {}): Promise<BodyOf<Id>> {
  const { answer, logged } = await request(id, input);
  const { status, body, problem } = answer;
  const operation: Operation = operations[id];
  if (status === operation.success.status || status === operation.repeated) return body;
  throw new Error(`${id} answered ${status}: ${problem.detail}${logged}`);
}
