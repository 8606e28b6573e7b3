import { rmSync } from "node:fs";
import { join } from "node:path";
import { context, formatMessages, type Message } from "esbuild";
import type { Emulator, Report } from "stack-emulator";
import { bundleOptions } from "../lib/bundle.ts";
import { watchFolder } from "./watch-folder.ts";

/** Milliseconds. Editors write a file in several steps, and a checkout writes many files. */
const settledAfter = 50;

/**
 * The input of the bundler: the file with each function's handler, by the function's name, and the
 * folders of the sources.
 */
interface Sources {
  readonly root: string;
  readonly folders: readonly string[];
  readonly entryPoints: Readonly<Record<string, string>>;
}

/** The module that each function is bundled into. */
type Bundles = ReadonlyMap<string, string>;

export interface SourceWatch {
  /** Makes the emulator run the code that has changed since the watch began. */
  attach(emulator: Pick<Emulator, "dataDir" | "replaceCode">): Promise<void>;
}

/**
 * Watches the sources of the functions. When a file changes, bundles all functions anew and
 * replaces the code of those with another bundle than before. While the sources have an error, the
 * old code goes on; the error is printed once. The watch begins before the synthesis, which bundles
 * the functions for the first time.
 */
export function watchSources(sources: Sources, report: Pick<Report, "line" | "step">): SourceWatch {
  let hasChanged = false;
  let onChange = async (): Promise<void> => {};
  let timer: NodeJS.Timeout | undefined;
  const noteChange = (): void => {
    hasChanged = true;
    clearTimeout(timer);
    timer = setTimeout(() => void onChange(), settledAfter);
  };
  for (const folder of sources.folders)
    watchFolder(join(sources.root, folder), {
      onChange: noteChange,
      onError(error) {
        const problem = describeWatchProblem(folder, error);
        if (problem !== undefined) report.line("watch", problem, true);
      },
    });

  return {
    async attach(emulator) {
      const bundle = await createBundler(sources, join(emulator.dataDir, "code"));
      /**
       * Empty while the bundles that the emulator runs are not known. All functions are replaced
       * then.
       */
      let running: Bundles = new Map();
      let lastProblem = "";

      const replace = async (): Promise<void> => {
        hasChanged = false;
        const began = performance.now();
        const bundles = await bundle();
        if (typeof bundles === "string") {
          if (bundles !== lastProblem) report.line("watch", bundles, true);
          lastProblem = bundles;
          return;
        }
        lastProblem = "";
        const changed = [...bundles].filter(([name, file]) => running.get(name) !== file);
        for (const [name, file] of changed) emulator.replaceCode(name, file);
        running = bundles;
        const names = changed.map(([name]) => name).join(", ");
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        if (changed.length > 0) report.step(`bundled in ${seconds} s; the new code runs in ${names}`);
      };
      let isBusy = true;
      onChange = async () => {
        if (isBusy) return;
        isBusy = true;
        while (hasChanged) await replace();
        isBusy = false;
      };

      const before = hasChanged ? undefined : await bundle();
      // This bundle may hold changes that were made after the synthesis and do not run yet.
      if (!hasChanged && typeof before === "object") running = before;
      isBusy = false;
      await onChange();
    },
  };
}

/** Returns what a user must know of an error of the watch; undefined if the watch goes on. */
function describeWatchProblem(folder: string, error: Error): string | undefined {
  const code = "code" in error ? error.code : undefined;
  // A folder that was removed while it was read.
  if (code === "ENOENT") return undefined;
  // inotify gives these codes at its limits:
  // https://man7.org/linux/man-pages/man2/inotify_add_watch.2.html
  const remedy =
    code === "ENOSPC" || code === "EMFILE"
      ? " Raise the limit of the system: sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512"
      : "";
  return `Some changes in ${folder}/ are not noticed (${error.message}): restart to run them.${remedy}`;
}

/**
 * Returns a function that bundles all functions into `folder`, and returns the problems of the
 * sources as text if there are some. The functions are one bundle with common parts, unlike the
 * deployed ones: one bundle a function would take several times as long after a change of the
 * contract.
 */
async function createBundler(
  { root, entryPoints }: Sources,
  folder: string,
): Promise<() => Promise<Bundles | string>> {
  rmSync(folder, { recursive: true, force: true });
  const bundler = await context({
    ...bundleOptions,
    absWorkingDir: root,
    entryPoints,
    splitting: true,
    // A file never changes: workers of the old code may still start from theirs.
    entryNames: "[name]-[hash]",
    minify: false,
    outdir: folder,
    metafile: true,
    logLevel: "silent",
  });
  return async () => {
    try {
      const { metafile } = await bundler.rebuild();
      const outputs = Object.entries(metafile.outputs);
      const files = Object.entries(entryPoints).map(([name, source]) => {
        const [file] = outputs.find(([, { entryPoint }]) => entryPoint === source) ?? [];
        if (file === undefined) throw new Error(`The function ${name} was not bundled.`);
        return [name, join(root, file)] as const;
      });
      return new Map(files);
    } catch (error) {
      const messages = messagesOf(error);
      if (!messages) throw error;
      const formatted = await formatMessages([...messages], { kind: "error", color: process.stdout.isTTY });
      return formatted.join("").trim();
    }
  };
}

/** Returns the problems that esbuild found; undefined if the error is not esbuild's. */
function messagesOf(error: unknown): readonly Message[] | undefined {
  // esbuild gives each of its failures a list of messages.
  return error instanceof Error && "errors" in error ? (error.errors as readonly Message[]) : undefined;
}
