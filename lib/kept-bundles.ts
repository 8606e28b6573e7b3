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

/** The files of a bundle by their names, and its sources, relative to the project. */
export interface Bundle {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly inputs: readonly string[];
}

/** The record of a kept bundle: its folder, its number of files, and the state of its sources. */
interface Kept {
  readonly folder: string;
  readonly files: number;
  readonly stamps: Readonly<Record<string, string>>;
}

/**
 * Files that affect a bundle besides its sources. npm rewrites its own lockfile at each
 * installation.
 */
const settings = ["lib/bundle.ts", "tsconfig.json", "package.json", "node_modules/.package-lock.json"];

/** Milliseconds. File systems record the time of a change only to some hundredths of a second. */
const settledAfter = 1000;

/** Milliseconds that a former bundle stays: another run may still be copying it. */
const graceTime = 3_600_000;

/**
 * Returns the state of a file; `none` if it does not exist. A plugin makes up such files. Writing,
 * renaming or copying a file updates the time of its last status change, which no call can set.
 * https://www.man7.org/linux/man-pages/man7/inode.7.html
 */
function stampOf(path: string): { readonly stamp: string; readonly changedAt: number } {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) return { stamp: "none", changedAt: 0 };
  return { stamp: `${status.size} ${status.ctimeMs}`, changedAt: status.ctimeMs };
}

/** Returns the record if it can be read: a later version may write another format. */
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
 * Keeps bundles in the folder `cache` between runs, while none of their sources in `root` changes.
 * Several processes may use the folder concurrently. If it cannot be written, each run makes its
 * own bundles.
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

  /** Removes folders that are not in use, or never were, after the grace time. */
  const removeOld = (name: string, current: string): void => {
    for (const other of readdirSync(cache)) {
      const path = join(cache, other);
      const isOfThis = other !== current && other.slice(0, other.lastIndexOf("-")) === name;
      const status = isOfThis && statSync(path, { throwIfNoEntry: false });
      if (status && status.mtimeMs < now() - graceTime) rmSync(path, { recursive: true, force: true });
    }
  };

  /** Writes the record whole or not at all: another process may read it at any time. */
  const keep = (name: string, before: Kept | undefined, kept: Kept): void => {
    const draft = join(cache, kept.folder, ".kept.json");
    writeFileSync(draft, JSON.stringify(kept));
    renameSync(draft, join(cache, `${name}.json`));
    const old = before && join(cache, before.folder);
    // From now on no process begins to copy the former bundle.
    if (old && existsSync(old)) utimesSync(old, now() / 1000, now() / 1000);
    removeOld(name, kept.folder);
  };

  return {
    /** Returns the folder of a bundle: the kept one, if `make` would make the same. */
    async folderOf(name: string, make: () => Promise<Bundle>): Promise<string> {
      const kept = readKept(join(cache, `${name}.json`));
      if (kept && isCurrent(kept)) return join(cache, kept.folder);

      const began = now();
      const { files, inputs } = await make();
      const folder = newFolder(name);
      for (const [file, contents] of files) writeFileSync(join(folder, file), contents);
      const stamps = [...inputs, ...settings].map((path) => [path, stampOf(join(root, path))] as const);
      // A source that changed during the bundling may or may not be in the bundle.
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
