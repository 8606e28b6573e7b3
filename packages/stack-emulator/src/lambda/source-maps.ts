import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export interface SourceMaps {
  /**
   * The text with each place in a bundle, such as in a stack, replaced by the place in its source.
   */
  map(text: string): string;
}

interface SourceMapsOptions {
  /** The folder of the template, which holds its bundles. */
  readonly assetsDir: string;
  /**
   * The folder relative to which the maps of these bundles name their sources. @default - the
   * folder of each bundle
   */
  readonly sourceRoot: string | undefined;
}

/** A place in a module, as a stack names it: ES modules by their URLs, others by their paths. */
const place = /(file:\/\/[^\s()"'\\]+?|(?<=[ (])\/[^()"'\n]+?\.c?js):(\d+):(\d+)/g;

/** A bundle that stays as it is; its map is read when one of its places first occurs. */
interface MappedFile {
  readonly folder: string;
  readonly sourceMap: SourceMap;
}

export function createSourceMaps({ assetsDir, sourceRoot }: SourceMapsOptions): SourceMaps {
  const files = new Map<string, MappedFile | undefined>();
  const fileOf = (name: string): MappedFile | undefined => {
    if (!files.has(name)) files.set(name, readMappedFile(pathOf(name)));
    return files.get(name);
  };
  const sourceOf = (name: string, line: number, column: number): string | undefined => {
    const file = fileOf(name);
    const entry = file?.sourceMap.findEntry(line - 1, column - 1);
    if (!file || !entry || !("originalSource" in entry)) return undefined;
    const isOfTemplate = !relative(assetsDir, file.folder).startsWith("..");
    const { originalSource } = entry;
    const source = resolve((isOfTemplate && sourceRoot) || file.folder, pathOf(originalSource));
    return `${shorten(source)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  };
  return {
    map: (text) =>
      text.replaceAll(
        place,
        (whole, name: string, line: string, column: string) =>
          sourceOf(name, Number(line), Number(column)) ?? whole,
      ),
  };
}

function pathOf(name: string): string {
  return name.startsWith("file://") ? fileURLToPath(name) : name;
}

/** Undefined when the file has no map that can be read. */
function readMappedFile(file: string): MappedFile | undefined {
  try {
    const [, url] = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(readFileSync(file, "utf8")) ?? [];
    if (url === undefined) return undefined;
    const inline = /^data:application\/json[^,]*;base64,(.*)$/.exec(url)?.[1];
    const folder = dirname(file);
    const json =
      inline === undefined
        ? readFileSync(resolve(folder, url), "utf8")
        : Buffer.from(inline, "base64").toString();
    // A bundler wrote it by the format of source maps: https://tc39.es/ecma426/
    return { folder, sourceMap: new SourceMap(JSON.parse(json) as SourceMapPayload) };
  } catch {
    return undefined;
  }
}

/** The path from where the command runs, which terminals and editors open; else the whole path. */
function shorten(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") || isAbsolute(short) ? path : short;
}
