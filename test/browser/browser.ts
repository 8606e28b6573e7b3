import { type Browser, chromium } from "playwright-core";
import { findChromium } from "../support/chromium.ts";

/** A browser with a profile of its own, which calls nobody but this machine. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      // As root, as in a container, its sandbox cannot be set up; it opens pages of these tests alone.
      "--no-sandbox",
      "--no-first-run",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  });
}
