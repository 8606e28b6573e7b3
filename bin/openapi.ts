/**
 * Writes openapi.json from the contract: `npm run openapi`. A test fails when the file is stale.
 */
import { writeFileSync } from "node:fs";
import { openApiDocument } from "../lib/openapi.ts";

const file = new URL("../openapi.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
console.log(`Wrote ${file.pathname}`);
