import { renameSync, writeFileSync } from "node:fs";

/** A file that follows what changes in memory. */
export interface DebouncedFile {
  /** Writes it a moment later, once for all changes until then. */
  changed(): void;
  /** Writes at once what is still to be written. */
  flush(): void;
  /** The same for the last time: what changes after that is not written. */
  close(): void;
}

const delayMs = 200;

/**
 * Writes what `content` gives then, in one step. A sudden end of the process loses the changes of
 * the last 200 ms, an end in good order, which closes it, none. A write for each change would hold
 * up everything else that the process does.
 */
export function createDebouncedFile(file: string, content: () => unknown): DebouncedFile {
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const flush = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    writeFileSync(`${file}.tmp`, JSON.stringify(content()));
    renameSync(`${file}.tmp`, file);
  };
  return {
    changed() {
      if (!isClosed) timer ??= setTimeout(flush, delayMs).unref();
    },
    flush,
    close() {
      flush();
      isClosed = true;
    },
  };
}
