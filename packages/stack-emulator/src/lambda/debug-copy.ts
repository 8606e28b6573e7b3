import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** The part of a source map that is read here: https://tc39.es/ecma426/ */
interface SourceMapFile {
  readonly sources?: readonly string[];
  readonly sourceRoot?: string;
}

/**
 * Copies the code of a function into `folder`, in place of an earlier copy. The source maps of the
 * copy name their sources by whole paths: a debugger looks for sources relative to the map.
 * `sourceRoot` is the folder relative to which the maps name them now. Returns the copy of `file`.
 */
export function createDebugCopy(file: string, folder: string, sourceRoot: string | undefined): string {
  const from = dirname(file);
  rmSync(folder, { recursive: true, force: true });
  cpSync(from, folder, { recursive: true });
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  for (const name of names.filter((entry) => entry.endsWith(".map"))) {
    const path = join(folder, name);
    // A bundler wrote it.
    const map = JSON.parse(readFileSync(path, "utf8")) as SourceMapFile;
    if (!map.sources) continue;
    const root = resolve(sourceRoot ?? dirname(join(from, name)), map.sourceRoot ?? "");
    const sources = map.sources.map((source) => pathToFileURL(resolve(root, source)).href);
    writeFileSync(path, JSON.stringify({ ...map, sourceRoot: undefined, sources }));
  }
  return join(folder, basename(file));
}
