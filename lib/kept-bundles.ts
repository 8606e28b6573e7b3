import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

/** The files of a bundle by their names, and the sources that they were made of, relative to the project. */
export interface Bundle {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly inputs: readonly string[];
}

/** What is kept of a bundle: where it is, how many files it has, and of what state of its sources it was made. */
interface Kept {
  readonly folder: string;
  readonly files: number;
  readonly stamps: Readonly<Record<string, string>>;
}

/** What decides besides its sources how a bundle comes out. An installation writes npm's own lockfile anew. */
const settings = ["lib/bundle.ts", "tsconfig.json", "package.json", "node_modules/.package-lock.json"];

/** Milliseconds. File systems tell the time of a change no finer than by some hundredths of a second. */
const settledAfter = 1000;

/** Milliseconds. Another run may still copy what is not the current one any more. */
const leftAlone = 3_600_000;

/**
 * The state of a file, or that there is none, as of one that a plugin makes up. Whoever writes, renames or copies a file
 * moves the time of its last change of status, which no call sets
 * (https://www.man7.org/linux/man-pages/man7/inode.7.html).
 */
function stampOf(path: string): { readonly stamp: string; readonly changedAt: number } {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) return { stamp: "none", changedAt: 0 };
  return { stamp: `${status.size} ${status.ctimeMs}`, changedAt: status.ctimeMs };
}

/** What is kept, if it can be read: a later version may write other things. */
function readKept(file: string): Kept | undefined {
  try {
    const { folder, files, stamps } = JSON.parse(readFileSync(file, "utf8"));
    return typeof folder === "string" && typeof files === "number" && typeof stamps === "object" && stamps
      ? { folder, files, stamps }
      : undefined;
  } catch {
    return undefined;
  }
}

function countFiles(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
}

/**
 * Bundles that are kept in the folder `cache` from run to run, for as long as none of their sources in `root` changes.
 * Several processes may use it at once. Where it can't be written, each run makes its own.
 */
export function keptBundles(root: string, cache: string, now = Date.now) {
  const isCurrent = ({ folder, files, stamps }: Kept): boolean =>
    countFiles(join(cache, folder)) === files &&
    Object.entries(stamps).every(([path, stamp]) => stampOf(join(root, path)).stamp === stamp);

  const newFolder = (name: string): string => {
    try {
      mkdirSync(cache, { recursive: true });
      return mkdtempSync(join(cache, `${name}-`));
    } catch {
      return mkdtempSync(join(temporaryFolder(), `${name}-`));
    }
  };

  let temporary: string | undefined;
  const temporaryFolder = (): string => {
    if (temporary === undefined) {
      const folder = mkdtempSync(join(tmpdir(), "parley-bundles-"));
      process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
      temporary = folder;
    }
    return temporary;
  };

  /** What is not kept any more, or never was, and has been left alone for long enough. */
  const removeOld = (name: string, current: string): void => {
    for (const other of readdirSync(cache)) {
      const path = join(cache, other);
      const isOfThis = other !== current && other.slice(0, other.lastIndexOf("-")) === name;
      const status = isOfThis && statSync(path, { throwIfNoEntry: false });
      if (status && status.mtimeMs < now() - leftAlone) rmSync(path, { recursive: true, force: true });
    }
  };

  /** Whole, or not at all: another process may read it at any time. */
  const keep = (name: string, before: Kept | undefined, kept: Kept): void => {
    const draft = join(cache, kept.folder, ".kept.json");
    writeFileSync(draft, JSON.stringify(kept));
    renameSync(draft, join(cache, `${name}.json`));
    const old = before && join(cache, before.folder);
    // From now on nobody begins to copy it.
    if (old && existsSync(old)) utimesSync(old, now() / 1000, now() / 1000);
    removeOld(name, kept.folder);
  };

  return {
    /** The folder of a bundle: the one that is kept, if that is still what `make` would make. */
    async folderOf(name: string, make: () => Promise<Bundle>): Promise<string> {
      const kept = readKept(join(cache, `${name}.json`));
      if (kept && isCurrent(kept)) return join(cache, kept.folder);

      const began = now();
      const { files, inputs } = await make();
      const folder = newFolder(name);
      for (const [file, contents] of files) writeFileSync(join(folder, file), contents);
      const stamps = [...inputs, ...settings].map((path) => [path, stampOf(join(root, path))] as const);
      // What was changed while it was bundled may be in it, or not.
      const isSettled = stamps.every(([, { changedAt }]) => changedAt < began - settledAfter);
      if (isSettled && dirname(folder) === cache)
        keep(name, kept, {
          folder: basename(folder),
          files: files.size,
          stamps: Object.fromEntries(stamps.map(([path, { stamp }]) => [path, stamp])),
        });
      return folder;
    },
  };
}
