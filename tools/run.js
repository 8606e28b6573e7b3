/**
 * Runs a TypeScript file of the project: `node tools/run.js <file> [arguments]`. It is JavaScript,
 * so that it can print what to do where Node does not run TypeScript or the packages are missing.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** The first Node that runs TypeScript as it is: https://nodejs.org/api/typescript.html */
const minimum = /** @type {const} */ ([22, 18]);

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

/** @param {string} text */
function fail(text) {
  console.error(text);
  process.exit(1);
}

if (major < minimum[0] || (major === minimum[0] && minor < minimum[1]))
  fail(
    `Node ${minimum.join(".")} or newer is needed, and this is ${process.versions.node}. \`npm ci\` installs one ` +
      "for the scripts of this project. If it skipped install scripts, run `npm rebuild --ignore-scripts=false node`.",
  );

const [, , file = "", ...rest] = process.argv;
process.argv = [process.execPath, resolve(file), ...rest];
try {
  await import(pathToFileURL(resolve(file)).href);
} catch (error) {
  const isMissing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
  if (!isMissing || !error.message.startsWith("Cannot find package")) throw error;
  fail(`${error.message.split(" imported from")[0]}: run \`npm ci\` first.`);
}
