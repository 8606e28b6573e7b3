import { readFileSync } from "node:fs";
import { StartError } from "./start-error.ts";

/**
 * What `parse` makes of a file of the data directory; undefined when there is no such file. Throws
 * a StartError when the file is damaged: `remedy` says what to do, as a sentence without its point.
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
