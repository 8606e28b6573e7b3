import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import { type ErrorCode, errorCodes } from "../contract/errors.ts";
import { problem } from "../contract/objects/problem.ts";
import { commonErrors, type Operation } from "../contract/operation.ts";
import { operations } from "../contract/operations.ts";

const json = "application/json";

/** Error answers by status, each with the codes that it can carry. */
function errorResponses(codes: readonly ErrorCode[]) {
  const byStatus = Map.groupBy(new Set(codes), (code) => String(errorCodes[code].status));
  return Object.fromEntries(
    [...byStatus].map(([status, sameStatus]) => [
      status,
      {
        description: sameStatus.map((code) => `\`${code}\`: ${errorCodes[code].title}`).join("; "),
        content: { "application/problem+json": { schema: problem } },
        ...(status === "429" && {
          headers: {
            "Retry-After": {
              description: "Seconds to wait",
              required: true,
              schema: { type: "integer" as const, minimum: 1 },
            },
          },
        }),
      },
    ]),
  );
}

const nextLink = {
  headers: {
    Link: {
      description: 'Where it goes on (RFC 8288): `<https://...>; rel="next"`. Absent at the end.',
      schema: { type: "string" as const },
    },
  },
};

function successResponses({ success, repeated, linksNext }: Operation) {
  const bytes = { schema: { type: "string" as const, format: "binary" } };
  const content = success.schema
    ? { content: { [json]: { schema: success.schema() } } }
    : success.media && { content: Object.fromEntries(success.media.map((type) => [type, bytes])) };
  return {
    [String(success.status)]: {
      description: success.status === 204 ? "Done" : "Success",
      ...(linksNext && nextLink),
      ...content,
    },
    ...(repeated && { [String(repeated)]: { description: "It had been done before", ...content } }),
  };
}

function describe(operation: Operation): ZodOpenApiOperationObject {
  return {
    operationId: operation.id,
    tags: [operation.area],
    summary: operation.summary,
    ...(operation.description && { description: operation.description }),
    security: operation.auth === "user" ? [{ token: [] }] : [],
    requestParams: {
      ...(operation.params && { path: operation.params() }),
      ...(operation.query && { query: operation.query() }),
      ...(operation.headers && { header: operation.headers() }),
    },
    ...(operation.body && {
      requestBody: { required: true, content: { [json]: { schema: operation.body() } } },
    }),
    responses: {
      ...successResponses(operation),
      ...errorResponses([...operation.errors, ...commonErrors(operation)]),
    },
  };
}

/** The OpenAPI 3.1 document of the HTTP API, whole, from the contract alone. */
export function openApiDocument() {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of Object.values(operations))
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: describe(operation),
    };
  return createDocument({
    openapi: "3.1.1",
    info: {
      title: "Parley",
      version: "0.1.0",
      description:
        "A chat backend: rooms, messages, presence and read state. Every path answers with and without a last slash. The WebSocket API is described in docs/protocol.md.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [
      {
        url: "{url}",
        description: "The output HttpUrl of the stack",
        variables: { url: { default: "http://127.0.0.1:4000" } },
      },
    ],
    components: { securitySchemes: { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } } },
    paths,
  });
}
