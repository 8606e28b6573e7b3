/**
 * Before `npm test`: says at once, and not after ten minutes, what this machine lacks and how to
 * install it.
 */
import { requireJava } from "stack-emulator/prerequisites";
import { findChromium } from "./support/chromium.ts";

try {
  await requireJava();
  findChromium();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
