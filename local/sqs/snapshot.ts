import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Message } from "./message.ts";
import type { Queue } from "./queue.ts";

interface Snapshots {
  load(queueName: string): Message[];
  /** Writes the queue's messages some time after each change, and once more by `flush`. */
  follow(queue: Queue): void;
  flush(): void;
}

const delayMs = 200;

/**
 * A JSON file a queue. Messages are in memory; what a sudden end of the process loses is the last 200 ms of changes,
 * so a message may be gone or delivered again. A stop in good order loses nothing.
 */
export function createSnapshots(folder: string, fresh: boolean): Snapshots {
  if (fresh) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const pending = new Map<Queue, NodeJS.Timeout>();
  const fileOf = (name: string): string => join(folder, `${name}.json`);
  const write = (queue: Queue): void => {
    clearTimeout(pending.get(queue));
    pending.delete(queue);
    const file = fileOf(queue.config.name);
    writeFileSync(`${file}.tmp`, JSON.stringify(queue.messages()));
    renameSync(`${file}.tmp`, file);
  };
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
      queue.onChange(() => {
        if (!pending.has(queue)) pending.set(queue, setTimeout(() => write(queue), delayMs).unref());
      });
    },
    flush() {
      for (const queue of [...pending.keys()]) write(queue);
    },
  };
}
