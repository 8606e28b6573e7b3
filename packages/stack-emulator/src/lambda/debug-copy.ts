import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Copies a function's code into `folder`, with source maps that name the sources by their whole paths: a debugger looks for
 * them relative to the map. Returns the copy of `file`.
 */
export function createDebugCopy(file: string, folder: string, sourceRoot: string | undefined): string {
  const from = dirname(file);
  cpSync(from, folder, { recursive: true });
  const root = sourceRoot ?? from;
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith(".map"))) {
    const path = join(folder, name);
    // A bundler wrote it by the format of source maps: https://tc39.es/ecma426/
    const map = JSON.parse(readFileSync(path, "utf8")) as { sources: string[] };
    const sources = map.sources.map((source) => pathToFileURL(resolve(root, source)).href);
    writeFileSync(path, JSON.stringify({ ...map, sources }));
  }
  return join(folder, basename(file));
}
