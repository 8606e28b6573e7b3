import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StartError } from "./start-error.ts";

interface DataDirectory {
  readonly path: string;
  /** Lets the next emulator in; removes what is not to be kept. */
  release(): void;
}

/** A directory that is empty now and gone at the end. */
export function openTemporaryDirectory(): DataDirectory {
  const path = mkdtempSync(join(tmpdir(), "stack-emulator-"));
  return { path, release: () => rmSync(path, { recursive: true, force: true }) };
}

/** The result codes of SQLite for a database that another connection holds: https://www.sqlite.org/rescode.html */
const heldCodes = [5, 6];

/**
 * The directory with the kept data, locked: two emulators would spoil each other's. The lock is a transaction of SQLite,
 * which is a lock of the operating system on the file: it ends with its process, however that ends.
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
  writeFileSync(ownerFile, String(process.pid));
  return {
    path,
    release() {
      rmSync(ownerFile, { force: true });
      if (lock.isOpen) lock.close();
    },
  };
}

/** Undefined when another connection holds it. */
function acquireLock(file: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file);
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock?.close();
    if (!(error instanceof Error) || !("errcode" in error)) throw error;
    if (heldCodes.includes(Number(error.errcode))) return undefined;
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
