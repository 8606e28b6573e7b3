import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Operation } from "../../contract/operation.ts";
import type { OpenApiDocument, Response } from "../../lib/openapi/document.ts";

const document: OpenApiDocument = JSON.parse(readFileSync("openapi.json", "utf8"));

/**
 * The responses of an operation by status: those of any kind of upload, which has one path a kind.
 */
function responsesOf({ path, method }: Operation): Readonly<Record<string, Response>> {
  return document.paths[path.replace("{kind}", "image")]?.[method.toLowerCase()]?.responses ?? {};
}

function resolved(response: Response | undefined): Response | undefined {
  const name = response?.$ref?.slice("#/components/responses/".length);
  return name === undefined ? response : document.components.responses[name];
}

interface Answered {
  readonly status: number;
  /** Its media type without parameters; undefined for an answer without a body. */
  readonly mediaType: string | undefined;
  readonly body: unknown;
}

/**
 * Fails unless openapi.json declares an answer for its operation: the status, the media type, the
 * code of a problem, and the very body that the gateway answers with by itself.
 */
export function holdDeclared(operation: Operation, { status, mediaType, body }: Answered): void {
  const response = resolved(responsesOf(operation)[status]);
  const what = `The ${status} of ${operation.id} in openapi.json`;
  expect(response, what).toBeDefined();
  if (mediaType === undefined) return;
  const declared = response?.content?.[mediaType];
  expect(declared, `${what} as ${mediaType}`).toBeDefined();
  if (mediaType === "application/problem+json")
    expect(response?.description, what).toContain(`\`${Object(body).code}\`: `);
  else if (status >= 400) expect(body, what).toEqual(declared?.example);
}
