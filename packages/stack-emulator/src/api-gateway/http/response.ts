import type { Headers } from "./cors.ts";

export interface GatewayResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** The gateway's own answers: a message in JSON. */
export function gatewayError(status: number, message: string, headers: Headers = {}): GatewayResponse {
  const body = Buffer.from(JSON.stringify({ message }));
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}

/**
 * Returns the response that the function's result stands for:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
 * Returns undefined if the result has a status code but is no response: the gateway answers 500.
 */
export function readFunctionResponse(result: unknown): GatewayResponse | undefined {
  if (typeof result !== "object" || result === null || !("statusCode" in result)) {
    const text = typeof result === "string" ? result : JSON.stringify(result ?? null);
    return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from(text) };
  }
  const { statusCode, headers, cookies, body, isBase64Encoded }: ResponseFields = result;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (body !== undefined && body !== null && typeof body !== "string") return undefined;
  if (cookies !== undefined && !Array.isArray(cookies)) return undefined;
  const read = readHeaders(headers);
  if (!read) return undefined;
  const bytes = Buffer.from(body ?? "", isBase64Encoded === true ? "base64" : "utf8");
  if (bytes.length > 0) read["content-type"] ??= "text/plain;charset=UTF-8";
  if (cookies) read["set-cookie"] = cookies.map(String);
  return { status, headers: read, body: bytes };
}

interface ResponseFields {
  readonly statusCode?: unknown;
  readonly headers?: unknown;
  readonly cookies?: unknown;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

/** The gateway frames the response itself. */
const framingHeaders: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "transfer-encoding",
]);

function readHeaders(headers: unknown): Headers | undefined {
  const read: Headers = {};
  if (headers === undefined || headers === null) return read;
  if (typeof headers !== "object" || Array.isArray(headers)) return undefined;
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === "object" && value !== null) return undefined;
    const lowered = name.toLowerCase();
    if (!framingHeaders.has(lowered) && value !== undefined) read[lowered] = String(value);
  }
  return read;
}
