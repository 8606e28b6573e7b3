import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readDataFile } from "../data-file.ts";
import { createDebouncedFile, type DebouncedFile } from "../debounced-file.ts";
import type { Message } from "./message.ts";
import type { Queue } from "./queue.ts";

interface Snapshots {
  load(queueName: string): Message[];
  /** Writes the queue's messages some time after each change, and once more by `close`. */
  follow(queue: Queue): void;
  close(): void;
}

/**
 * A JSON file a queue, or none when `fresh`. Messages are in memory; after a sudden end of the
 * process the last 200 ms of changes are lost, so a message may be gone or delivered again.
 */
export function createSnapshots(folder: string, fresh: boolean): Snapshots {
  if (fresh) return { load: () => [], follow() {}, close() {} };
  mkdirSync(folder, { recursive: true });
  const files: DebouncedFile[] = [];
  const fileOf = (name: string): string => join(folder, `${name}.json`);
  return {
    load(queueName) {
      // The file is this module's own.
      const parse = (text: string) => JSON.parse(text) as Message[];
      return readDataFile(fileOf(queueName), parse, "Remove it to begin with an empty queue") ?? [];
    },
    follow(queue) {
      const file = createDebouncedFile(fileOf(queue.config.name), () => queue.messages());
      files.push(file);
      queue.onChange(file.changed);
    },
    close() {
      for (const file of files) file.close();
    },
  };
}
