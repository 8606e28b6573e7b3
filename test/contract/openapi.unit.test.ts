import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { operations } from "../../contract/operations.ts";
import { openApiDocument } from "../../lib/openapi.ts";

const text = readFileSync("openapi.json", "utf8");

test("openapi.json is what the contract gives (npm run openapi writes it)", () => {
  expect(JSON.parse(JSON.stringify(openApiDocument()))).toEqual(JSON.parse(text));
});

test("openapi.json is a valid OpenAPI 3.1 document", async () => {
  const result = await new Validator().validate(text);
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
});

test("every operation stands in it under its own id", () => {
  const document = openApiDocument();
  for (const operation of Object.values(operations)) {
    const item = document.paths?.[operation.path];
    const method = operation.method.toLowerCase() as "get";
    expect(item?.[method]?.operationId, `${operation.method} ${operation.path}`).toBe(operation.id);
  }
});
