import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
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
 * A JSON file a queue, or none when `fresh`. Messages are in memory; after a sudden end of the process the last 200 ms of
 * changes are lost, so a message may be gone or delivered again.
 */
export function createSnapshots(folder: string, fresh: boolean): Snapshots {
  if (fresh) return { load: () => [], follow() {}, close() {} };
  mkdirSync(folder, { recursive: true });
  const files: DebouncedFile[] = [];
  const fileOf = (name: string): string => join(folder, `${name}.json`);
  return {
    load(queueName) {
      try {
        // The file is this module's own.
        return JSON.parse(readFileSync(fileOf(queueName), "utf8")) as Message[];
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
        throw new Error(`${fileOf(queueName)} cannot be read: ${error}. Delete it, or start with --fresh.`);
      }
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
