import { type FSWatcher, readdirSync, watch } from "node:fs";
import { join } from "node:path";

/** Hears of a folder's changes and problems. */
interface Listener {
  onChange(): void;
  onError(error: Error): void;
}

/**
 * Watches a folder with all of its folders, also with those that are made later. Each has a watch
 * of its own: the recursive one of Node watches each file by itself on Linux, and loses a file that
 * another replaces, as `git checkout` and many editors do.
 */
export function watchFolder(folder: string, { onChange, onError }: Listener): void {
  const watchers = new Map<string, FSWatcher>();
  const add = (path: string): void => {
    if (watchers.has(path)) return;
    const watcher = watch(path, () => {
      onChange();
      addAll(path);
    });
    watcher.unref();
    watcher.on("error", onError);
    watchers.set(path, watcher);
  };
  const addAll = (path: string): void => {
    try {
      add(path);
      const entries = readdirSync(path, { withFileTypes: true });
      for (const entry of entries) if (entry.isDirectory()) addAll(join(path, entry.name));
    } catch (error) {
      // The folder was removed in the meantime, or the system has no watch left.
      watchers.get(path)?.close();
      watchers.delete(path);
      if (error instanceof Error) onError(error);
    }
  };
  addAll(folder);
}
