import { readdirSync, watch } from "node:fs";
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
export function watchFolder(folder: string, listener: Listener): void {
  const watched = new Set<string>();
  const add = (path: string): void => {
    if (watched.has(path)) return;
    watched.add(path);
    const watcher = watch(path, () => {
      listener.onChange();
      addFoldersIn(path);
    });
    watcher.unref();
    watcher.on("error", listener.onError);
    watcher.on("close", () => watched.delete(path));
    addFoldersIn(path);
  };
  const addFoldersIn = (path: string): void => {
    try {
      const entries = readdirSync(path, { withFileTypes: true });
      for (const entry of entries) if (entry.isDirectory()) add(join(path, entry.name));
    } catch (error) {
      // The folder was removed in the meantime.
      watched.delete(path);
      if (error instanceof Error) listener.onError(error);
    }
  };
  add(folder);
}
