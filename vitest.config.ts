import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest-first.ts";
import { runnersAtOnce } from "./test/support/runners-at-once.ts";
import { keepTemporaryFilesInMemory } from "./test/support/temporary-folder.ts";

// Before anything is started, which inherits where it is to write.
keepTemporaryFilesInMemory();

const shared = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // A busy machine may take longer than vitest's own second.
  expect: { poll: { timeout: 10_000 } },
  // Files share the process of their worker: each would take half a second of a core to load the same packages.
  isolate: false,
  setupFiles: ["test/support/file-setup.ts"],
};

export default defineConfig({
  test: {
    // Each worker has a runner of its own (target.ts), whose meter, faults and clock are for one test at a time. The same
    // number for all projects: where it differs vitest runs them in groups, and its numbers of workers are not unique then.
    maxWorkers: runnersAtOnce,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.unit.test.ts", "test/stack/**/*.test.ts"],
          ...shared,
        },
      },
      {
        test: {
          name: "emulator",
          include: ["packages/stack-emulator/test/**/*.test.ts"],
          ...shared,
        },
      },
      {
        test: {
          name: "api",
          include: ["test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "test/**/*.unit.test.ts", "test/stack/**"],
          globalSetup: ["test/support/runner-setup.ts"],
          ...shared,
        },
      },
    ],
  },
});
