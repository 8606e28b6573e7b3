import { isRecord } from "../proxy/types.ts";
import type { SourceMaps } from "./source-maps.ts";
import type { FunctionLog } from "./types.ts";

/**
 * A function's log for a person: places in bundles become places in sources, and the `stack` of a
 * line of JSON stands on lines of its own. A line of JSON with a `level` is an error when the level
 * says so, wherever it was printed.
 */
export function readableLog(entry: FunctionLog, sourceMaps: SourceMaps): FunctionLog {
  const line = readLine(entry.text);
  if (!line) return { ...entry, text: sourceMaps.map(entry.text) };
  const { stack, ...rest } = line;
  const isError = typeof line.level === "string" ? /^(?:error|fatal)$/i.test(line.level) : entry.isError;
  const text = typeof stack === "string" ? `${JSON.stringify(rest)}\n${stack}` : entry.text;
  return { ...entry, isError, text: sourceMaps.map(text) };
}

/** The facts of a line of JSON; undefined for other text. */
function readLine(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
