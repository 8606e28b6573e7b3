import { defineConfig } from "vitest/config";
import { runnersAtOnce } from "./test/support/runners-at-once.ts";

const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/{unit,stack,runner}/**/*.test.ts"],
          ...timeouts,
        },
      },
      {
        test: {
          name: "api",
          include: ["test/{api,background,browser,websocket,faults,model,resume,start}/**/*.test.ts"],
          globalSetup: ["test/support/runner-setup.ts"],
          // Each worker has a runner of its own, whose meter, faults and clock are for one test at a time.
          maxWorkers: runnersAtOnce,
          // After the unit tests: vitest wants it said where the number of workers differs.
          sequence: { groupOrder: 1 },
          ...timeouts,
        },
      },
    ],
  },
});
