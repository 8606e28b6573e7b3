import type { oas31, ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from "zod-openapi";
import { defaults } from "../../contract/descriptions/defaults.ts";
import type { OperationDescription } from "../../contract/descriptions/describe.ts";
import { type ErrorCode, errorCodes } from "../../contract/errors.ts";
import { gatewayError, problem } from "../../contract/objects/problem.ts";
import { commonErrors, type Operation } from "../../contract/operation.ts";

type ReferenceObject = oas31.ReferenceObject;

/** When any operation answers with a code, unless its own description says more. */
const commonCauses: Partial<Record<ErrorCode, string>> = {
  invalid_input: "A parameter is not valid. `errors` lists everything that is wrong.",
  invalid_json: "The body is not JSON, or is nested more than 32 levels deep.",
  unauthorized: "The token is valid, and has no claim `sub` that names a user.",
  not_found: "An external issuer keeps the accounts, so there is no such operation.",
  too_large: "The body has more than 256 KB.",
  unsupported_media_type: "The `Content-Type` is not JSON.",
  internal_error: "The service failed. The cause is in its logs under the `request_id`.",
  unavailable: "The service is busy. Repeat the request after `Retry-After` seconds.",
};

const invalidBody =
  "A parameter, or a field of the body, is not valid. `errors` lists everything that is wrong.";

interface GatewayAnswer {
  readonly message: string;
  readonly cause: string;
  readonly isOf: (operation: Operation) => boolean;
}

function always() {
  return true;
}

/**
 * The answers that API Gateway gives by itself.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
const gatewayAnswers: Readonly<Record<number, GatewayAnswer>> = {
  401: {
    message: "Unauthorized",
    cause: "The token is missing, is not valid or has expired. `WWW-Authenticate` says which.",
    isOf: ({ auth }) => auth === "user",
  },
  404: {
    message: "Not Found",
    cause: "No operation has this method and URL. The base URL may be wrong, or a part of the path empty.",
    isOf: always,
  },
  413: {
    message: "Request Entity Too Large",
    cause: "The request is larger than the gateway takes, which is 10 MB.",
    isOf: ({ body }) => body !== undefined,
  },
  429: {
    message: "Too Many Requests",
    cause:
      `All callers together send more than ${defaults.httpThrottleRate.toLocaleString("en")} requests a ` +
      `second, or ${defaults.httpThrottleBurst.toLocaleString("en")} at once. The limits are props of ` +
      "the stack.",
    isOf: always,
  },
  500: { message: "Internal Server Error", cause: "The service ended without an answer.", isOf: always },
  503: {
    message: "Service Unavailable",
    cause: "The service did not answer within 30 seconds.",
    isOf: always,
  },
};

function retryAfter(status: number) {
  return {
    "Retry-After": {
      description: `Seconds to wait, a whole number from 1. ${
        status === 429 ? "Present with `rate_limited`" : "Present with `unavailable`"
      }; the gateway sends none.`,
      schema: { type: "integer" as const, minimum: 1 },
      example: 1,
    },
  };
}

const challenge = {
  "WWW-Authenticate": {
    description:
      "Why the gateway refused the token (RFC 6750); only `Bearer` if there was none. The service sends " +
      "no such header.",
    schema: { type: "string" as const },
    example: 'Bearer scope="" error="invalid_token" error_description="the token has expired"',
  },
};

function headersOf(status: number, codes: readonly ErrorCode[]) {
  if (status === 401 && codes.includes("unauthorized")) return { headers: challenge };
  if (codes.includes("rate_limited") || codes.includes("unavailable")) return { headers: retryAfter(status) };
  return {};
}

function asList(causes: readonly string[]): string {
  return causes.length === 1 ? causes.join() : causes.map((cause) => `- ${cause}`).join("\n");
}

/** One error status of an operation: the codes of the service, and the answer of the gateway. */
function errorResponse(
  status: number,
  codes: readonly ErrorCode[],
  gateway: GatewayAnswer | undefined,
  causeOf: (code: ErrorCode) => string,
): ZodOpenApiResponseObject {
  const causes = [
    ...codes.map((code) => `\`${code}\`: ${causeOf(code)}`),
    ...(gateway ? [`\`{"message":"${gateway.message}"}\`, from the gateway: ${gateway.cause}`] : []),
  ];
  return {
    description: asList(causes),
    ...headersOf(status, codes),
    content: {
      ...(codes.length > 0 && { "application/problem+json": { schema: problem } }),
      ...(gateway && {
        "application/json": { schema: gatewayError(), example: { message: gateway.message } },
      }),
    },
  };
}

/** Names of responses that many operations have word for word. */
const sharedNames: Readonly<Record<number, string>> = {
  400: "InvalidInput",
  401: "Unauthorized",
  404: "NotFound",
  413: "TooLarge",
  415: "UnsupportedMediaType",
  429: "TooManyRequests",
  500: "InternalError",
  503: "Unavailable",
};

function sharedName(status: number, codes: readonly ErrorCode[]): string | undefined {
  return codes.includes("invalid_json") ? "InvalidBody" : sharedNames[status];
}

/** The codes of an operation by their status. */
function codesByStatus(operation: Operation): Map<number, ErrorCode[]> {
  const codes = new Set<ErrorCode>([
    ...commonErrors(operation),
    ...operation.errors,
    ...(operation.identity === "pool" ? (["not_found"] as const) : []),
  ]);
  return Map.groupBy(codes, (code) => errorCodes[code].status);
}

/** Collects the responses that operations share: each is written once, and referred to by name. */
export function collectResponses() {
  const shared: Record<string, ZodOpenApiResponseObject> = {};

  const share = (name: string, response: ZodOpenApiResponseObject): ReferenceObject => {
    shared[name] ??= response;
    return { $ref: `#/components/responses/${name}` };
  };

  /** Every error that an operation answers with, by status. */
  const errorResponses = (operation: Operation, { errors }: OperationDescription) => {
    const byStatus = codesByStatus(operation);
    const byGateway = Object.entries(gatewayAnswers).filter(([, { isOf }]) => isOf(operation));
    const gateway = new Map(byGateway.map(([status, answer]) => [Number(status), answer]));
    const statuses = [...new Set([...byStatus.keys(), ...gateway.keys()])].sort((one, other) => one - other);
    const causeOf = (code: ErrorCode): string => {
      const cause =
        errors[code] ?? (code === "invalid_input" && operation.body ? invalidBody : commonCauses[code]);
      if (cause === undefined)
        throw new Error(`${operation.id} can answer with ${code}, and its description does not say when.`);
      return cause;
    };
    return Object.fromEntries(
      statuses.map((status) => {
        const codes = byStatus.get(status) ?? [];
        const response = errorResponse(status, codes, gateway.get(status), causeOf);
        const name = sharedName(status, codes);
        const isShared = codes.every((code) => errors[code] === undefined && code !== "not_found");
        return [status, name !== undefined && isShared ? share(name, response) : response];
      }),
    );
  };
  return { shared, errorResponses };
}

const nextLink = {
  headers: {
    Link: {
      description: 'The link to the next part (RFC 8288): `<https://...>; rel="next"`. Absent at the end.',
      schema: { type: "string" as const },
      example: '<https://chat.example.com/api/chat/search/messages?q=x-ray&cursor=kT3vQ0pZ>; rel="next"',
    },
  },
};

/** The answers to requests that succeed. */
export function successResponses(
  { success, repeated, linksNext }: Operation,
  description: OperationDescription,
): ZodOpenApiResponsesObject {
  const bytes = { schema: { type: "string" as const, format: "binary" } };
  const content = success.schema
    ? { content: { "application/json": { schema: success.schema() } } }
    : success.media && { content: Object.fromEntries(success.media.map((type) => [type, bytes])) };
  return {
    ...(repeated && { [repeated]: { description: description.repeated ?? "", ...content } }),
    [success.status]: { description: description.success, ...(linksNext && nextLink), ...content },
  };
}
