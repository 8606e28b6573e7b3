import { existsSync } from "node:fs";

const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const installHint =
  process.platform === "darwin"
    ? "Install it: brew install --cask google-chrome"
    : "Install it: sudo apt-get install -y chromium (Fedora: sudo dnf install chromium)";

/**
 * Returns the path of Chromium or Chrome. Throws an Error that names the command which installs it.
 */
export function findChromium(): string {
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined && !existsSync(named))
    throw new Error(`CHROMIUM_PATH names ${named}, where there is nothing.`);
  const found = named ?? usualPlaces.find((place) => existsSync(place));
  if (found === undefined)
    throw new Error(
      `The tests in a browser need Chromium or Chrome, and none was found. ${installHint}, or name it in CHROMIUM_PATH.`,
    );
  return found;
}
