import { type Browser, chromium } from "playwright-core";
import { findChromium } from "../support/chromium.ts";

/** Starts a browser with a profile of its own, which calls only this machine. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      // The sandbox cannot be set up as root, such as in a container. The browser opens pages of
      // these tests alone.
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
