import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/{unit,stack,runner}/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "api",
          include: ["test/{api,background,websocket,faults,model,resume,start}/**/*.test.ts"],
          globalSetup: ["test/support/runner-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // One runner serves them all: its meter and its faults are for one test at a time.
          fileParallelism: false,
        },
      },
    ],
  },
});
