import { readFileSync } from "node:fs";
import { StartError } from "./start-error.ts";

/**
 * Returns the result of `parse` for a file of the data directory; undefined if there is no such
 * file. Throws a StartError if the file is damaged. `remedy` says what to do, as a sentence without
 * its full stop.
 */
export function readDataFile<Value>(
  file: string,
  parse: (text: string) => Value,
  remedy: string,
): Value | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`${file} is damaged (${reason}). ${remedy}, or start with --fresh.`);
  }
}
