import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDebouncedFile } from "../src/debounced-file.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stack-emulator-"));
  file = join(folder, "state.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("many changes are written once, and the last one counts", async () => {
  let value = 0;
  let writes = 0;
  const debounced = createDebouncedFile(file, () => {
    writes += 1;
    return { value };
  });
  for (value = 1; value < 1000; value++) debounced.changed();
  await expect.poll(() => existsSync(file)).toBe(true);
  expect(readFileSync(file, "utf8")).toBe('{"value":1000}');
  expect(writes).toBe(1);
});

test("an end in good order writes what is left, and what comes after it is not written", () => {
  let value = "first";
  const debounced = createDebouncedFile(file, () => value);
  debounced.flush();
  expect(existsSync(file)).toBe(false);
  debounced.changed();
  debounced.flush();
  expect(readFileSync(file, "utf8")).toBe('"first"');
  value = "second";
  debounced.changed();
  debounced.close();
  expect(readFileSync(file, "utf8")).toBe('"second"');
  value = "third";
  debounced.changed();
  debounced.flush();
  expect(readFileSync(file, "utf8")).toBe('"second"');
});
