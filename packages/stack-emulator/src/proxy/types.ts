import type { StoreRequest } from "../store.ts";

export type Request = StoreRequest;

/** The services that the proxy stands in front of, named as in a signature's credential scope. */
export type ServiceName = "dynamodb" | "s3" | "cognito-idp" | "execute-api" | "sqs" | "sns" | "lambda";

/** The access key id of the emulator itself: its calls pass without policies, faults and meter. */
export const ADMIN_ACCESS_KEY_ID = "local-admin";

/**
 * The item that a call touches. Outside DynamoDB `pk` is the object key, queue, topic, connection
 * id or user name, and `sk` is ''.
 */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** The values of condition keys, by the key's name in lower case. */
export type ConditionContext = Readonly<Record<string, readonly string[]>>;

/** One permission that a call needs. `context` is asked only when a policy has conditions. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  readonly context?: () => ConditionContext;
}

/** A request, decomposed. All of `needs` must be granted. */
export interface Call {
  readonly service: ServiceName;
  readonly action: string;
  readonly needs: readonly Need[];
  readonly keys: readonly ItemKey[];
  /** The request's JSON, where the service speaks JSON. */
  readonly payload: Payload;
}

export type Payload = Readonly<Record<string, unknown>>;

/** `rru` and `wru` are the read and write request units that the call consumed. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly rru: number;
  readonly wru: number;
}

/** One AWS service behind the proxy. */
export interface Service {
  describe(request: Request): Call;
  /** `signal` gives one that aborts when the client goes away. */
  execute(request: Request, call: Call, signal: () => AbortSignal): Promise<Answer>;
  /** An error in the service's own protocol. */
  refuse(status: number, code: string, message: string): Answer;
  /** How this service says that it is throttled. */
  throttle(): Answer;
  /** Answers a batch of which half stays unprocessed; undefined when the call is no batch. */
  executeHalf?(request: Request, call: Call): Promise<Answer> | undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The request's body as a JSON object; an empty object when it is none (the service itself then
 * refuses it).
 */
export function parsePayload(body: Buffer): Payload {
  try {
    const value: unknown = JSON.parse(body.toString());
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

export function answerJson(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.1", ...headers },
    body: Buffer.from(JSON.stringify(value)),
    rru: 0,
    wru: 0,
  };
}
