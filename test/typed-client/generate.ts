import { readFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

/**
 * Returns the TypeScript that openapi-typescript makes of an OpenAPI document. This folder is a
 * package of its own, because openapi-typescript needs a TypeScript whose compiler is written in
 * JavaScript.
 */
export async function generateTypes(file: string): Promise<string> {
  return astToString(await openapiTS(JSON.parse(readFileSync(file, "utf8"))));
}
