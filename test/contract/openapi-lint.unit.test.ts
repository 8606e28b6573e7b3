import { lint, loadConfig } from "@redocly/openapi-core";
import { expect, test } from "vitest";

test("redocly finds nothing in openapi.json (redocly.yaml has the rules)", async () => {
  const config = await loadConfig({ configPath: "redocly.yaml" });
  const problems = await lint({ ref: "openapi.json", config });
  const standing = problems
    .filter(({ ignored }) => !ignored)
    .map(({ ruleId, message, location }) => `${ruleId}: ${message} (${location[0]?.pointer})`);
  expect(standing).toEqual([]);
});
