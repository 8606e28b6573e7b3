import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DataStore } from "cognito-local/lib/services/dataStore/dataStore.js";
import type { DataStoreFactory } from "cognito-local/lib/services/dataStore/factory.js";
import { readDataFile } from "../data-file.ts";

interface Stores extends DataStoreFactory {
  /** Writes what has not been written yet. */
  flush(): void;
}

const writeDelayMs = 50;

/**
 * Keeps cognito-local's data in memory, and in `directory` as JSON when it is given.
 * cognito-local's own store writes the whole pool at every change and does not wait for the write
 * before, so two concurrent registrations can leave a torn file; this one writes at most every 50
 * ms, and replaces the file at once.
 */
export function createStores(directory: string | undefined): Stores {
  const unwritten = new Map<string, object>();
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const [file, root] of unwritten) {
      writeFileSync(`${file}.tmp`, JSON.stringify(root), { mode: 0o600 });
      renameSync(`${file}.tmp`, file);
    }
    unwritten.clear();
  };
  return {
    flush,
    create: (_ctx, id, defaults) => {
      const file = directory && join(directory, `${id}.json`);
      if (directory) mkdirSync(directory, { recursive: true });
      const root = (file ? read(file) : undefined) ?? structuredClone(defaults);
      const changed = () => {
        if (!file) return;
        unwritten.set(file, root);
        timer ??= setTimeout(flush, writeDelayMs);
      };
      changed();
      return Promise.resolve(createStore(root, changed));
    },
  };
}

function createStore(root: object, changed: () => void): DataStore {
  // cognito-local's interface lets the caller name the type of what lies at a path; nothing here
  // can check it.
  const at = (path: readonly string[]): unknown => path.reduce<unknown>(child, root);
  return {
    get: (_ctx: unknown, key: string | string[], fallback?: unknown) =>
      Promise.resolve((at(toPath(key)) ?? fallback ?? null) as never),
    getRoot: () => Promise.resolve(root as never),
    set: (_ctx, key, value) => {
      const { parent, name } = parentOf(root, toPath(key));
      parent[name] = value;
      changed();
      return Promise.resolve();
    },
    delete: (_ctx, key) => {
      const { parent, name } = parentOf(root, toPath(key));
      delete parent[name];
      changed();
      return Promise.resolve();
    },
  };
}

function toPath(key: string | string[]): readonly string[] {
  return Array.isArray(key) ? key : [key];
}

/** Own properties alone: a user may be called `constructor`. */
function child(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function parentOf(root: object, path: readonly string[]): { parent: Record<string, unknown>; name: string } {
  const name = path.at(-1) ?? "";
  let parent = root as Record<string, unknown>;
  for (const step of path.slice(0, -1)) {
    const next = child(parent, step);
    const container = isObject(next) ? next : {};
    parent[step] = container;
    parent = container;
  }
  return { parent, name };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function read(file: string): object | undefined {
  // Fields that end in `Date` hold dates in cognito-local's data.
  const parse = (text: string): unknown =>
    JSON.parse(text, (key, field) =>
      key.endsWith("Date") && typeof field === "string" ? new Date(field) : field,
    );
  const remedy = `It holds accounts: restore it from a copy, or remove ${dirname(file)} to begin without accounts`;
  const value = readDataFile(file, parse, remedy);
  return isObject(value) ? value : undefined;
}
