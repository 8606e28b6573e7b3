import { afterAll, vi } from "vitest";

// Before each test file. The files of a worker share its process, which has loaded all packages
// (vitest.config.ts). The project's own modules are new for each, with the state that they keep,
// and so is what a file sets the process up with.
vi.resetModules();
const before = { ...process.env };
afterAll(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
});
