import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readDataFile } from "../data-file.ts";
import type { Checksum } from "./checksums.ts";

/** An object as it is remembered beside its bytes. */
export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** With its quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  /**
   * Content-Type, Content-Disposition, Cache-Control, Content-Encoding, Content-Language, Expires;
   * lower-case names.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata, names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly checksum: Checksum | undefined;
  /** File name of the bytes. */
  readonly file: string;
}

export type NewObject = Omit<StoredObject, "file" | "size" | "etag">;

/**
 * The objects of one bucket in a folder. Throwing in `precondition` leaves everything as it was.
 */
export interface ObjectFiles {
  get(key: string): StoredObject | undefined;
  /** By key, in the order of their UTF-8 bytes, as S3 lists. */
  list(): readonly StoredObject[];
  read(object: StoredObject): Promise<Buffer>;
  put(
    object: NewObject,
    bytes: Buffer,
    precondition?: (existing: StoredObject | undefined) => void,
  ): Promise<StoredObject>;
  /** Replaces what is remembered of an object and keeps its bytes. */
  update(object: StoredObject): void;
  delete(key: string): void;
}

/**
 * A key never becomes a path: the file name is its hash, and the key itself stands in the JSON file
 * beside the bytes. Bytes get a fresh name for each version, so the rename of the JSON file is the
 * moment of change, also in a crash.
 */
export function openObjectFiles(folder: string): ObjectFiles {
  mkdirSync(folder, { recursive: true });
  const objects = loadAll(folder);
  let sorted: StoredObject[] | undefined;

  const commit = (object: StoredObject): void => {
    const previous = objects.get(object.key);
    const path = join(folder, `${hashOf(object.key)}.json`);
    writeFileSync(`${path}.tmp`, JSON.stringify(object));
    renameSync(`${path}.tmp`, path);
    objects.set(object.key, object);
    sorted = undefined;
    if (previous !== undefined && previous.file !== object.file)
      rmSync(join(folder, previous.file), { force: true });
  };

  return {
    get: (key) => objects.get(key),
    list() {
      sorted ??= [...objects.values()].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
      return sorted;
    },
    read: (object) => readFile(join(folder, object.file)),
    async put(object, bytes, precondition) {
      const file = `${hashOf(object.key)}.${randomUUID()}.data`;
      await writeFile(join(folder, file), bytes);
      try {
        // From here to the end nothing awaits: of two conditional writes of one key, exactly one
        // wins.
        precondition?.(objects.get(object.key));
        const etag = `"${createHash("md5").update(bytes).digest("hex")}"`;
        const stored = { ...object, file, size: bytes.length, etag };
        commit(stored);
        return stored;
      } catch (error) {
        rmSync(join(folder, file), { force: true });
        throw error;
      }
    },
    update: commit,
    delete(key) {
      const object = objects.get(key);
      if (object === undefined) return;
      rmSync(join(folder, `${hashOf(key)}.json`), { force: true });
      rmSync(join(folder, object.file), { force: true });
      objects.delete(key);
      sorted = undefined;
    },
  };
}

const hashOf = (key: string): string => createHash("sha256").update(key).digest("hex");

function loadAll(folder: string): Map<string, StoredObject> {
  const objects = new Map<string, StoredObject>();
  const names = readdirSync(folder);
  for (const name of names.filter((n) => n.endsWith(".json"))) {
    // The cast is safe for files that this module wrote; others have no place in the folder.
    const parse = (text: string) => JSON.parse(text) as StoredObject;
    const object = readDataFile(
      join(folder, name),
      parse,
      "Remove it, and the object that it describes is gone",
    );
    if (object) objects.set(object.key, object);
  }
  const live = new Set([...objects.values()].map((object) => object.file));
  for (const name of names) {
    // A crash left these files between writing bytes and committing them.
    if (name.endsWith(".tmp") || (name.endsWith(".data") && !live.has(name)))
      rmSync(join(folder, name), { force: true });
  }
  return objects;
}
