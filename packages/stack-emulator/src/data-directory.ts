import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StartError } from "./start-error.ts";

interface DataDirectory {
  readonly path: string;
  /** Lets the next emulator in, and removes a directory that is not kept. */
  release(): void;
}

/** Makes an empty directory, which `release` removes. */
export function openTemporaryDirectory(): DataDirectory {
  const path = mkdtempSync(join(tmpdir(), "stack-emulator-"));
  return { path, release: () => rmSync(path, { recursive: true, force: true }) };
}

/** SQLite's result codes: https://www.sqlite.org/rescode.html */
const codes = { held: [5, 6], damaged: [11, 26] };

/** Garbage collection would close a lock that nothing refers to. */
const locks = new Set<DatabaseSync>();

/**
 * Opens the directory with the kept data, and locks it: two emulators would spoil each other's
 * data. The lock is a transaction of SQLite, so the operating system locks a file. It ends with its
 * process, also after a SIGKILL. Throws a StartError if another emulator has the lock.
 */
export function openDataDirectory(dir: string): DataDirectory {
  const path = resolve(dir);
  mkdirSync(path, { recursive: true });
  const ownerFile = join(path, "owner");
  const lock = acquireLock(join(path, "lock.db"));
  if (!lock) {
    throw new StartError(
      `${path} is in use by another emulator${readOwner(ownerFile)}. Stop that one, or give this one a directory of its ` +
        "own with --data DIR, or none with --fresh.",
    );
  }
  locks.add(lock);
  writeFileSync(ownerFile, String(process.pid));
  return {
    path,
    release() {
      // A second release would remove the file of the next owner.
      if (!locks.delete(lock)) return;
      rmSync(ownerFile, { force: true });
      lock.close();
    },
  };
}

/** Returns undefined if another connection has the lock. */
function acquireLock(file: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file);
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock?.close();
    if (!(error instanceof Error) || !("errcode" in error)) throw error;
    // The low byte of an extended code is its main code.
    const code = Number(error.errcode) & 0xff;
    if (codes.held.includes(code)) return undefined;
    if (codes.damaged.includes(code))
      throw new StartError(`${file} is damaged. It holds no data: remove it.`);
    throw Object.assign(error, { path: file });
  }
}

function readOwner(file: string): string {
  try {
    return ` (process ${readFileSync(file, "utf8")})`;
  } catch {
    return "";
  }
}
