import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Code } from "aws-cdk-lib/aws-lambda";
import { type BuildOptions, buildSync } from "esbuild";
import { type FunctionName, functionNames, perFunction } from "./functions.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** How every function is bundled, the AWS SDK included. */
export const bundleOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  // ESM builds of packages come first: they lose what is not used, and half the import time of CommonJS.
  mainFields: ["module", "main"],
  minify: true,
  sourcemap: true,
  // A stack trace needs names and lines, not the sources themselves.
  sourcesContent: false,
  logLevel: "warning",
} satisfies BuildOptions;

/** Bundles `functions/<name>.ts` of every function, in one call of esbuild: each into `index.mjs` with its source map. */
export const bundleFunctions = (): Record<FunctionName, Code> => {
  const output = mkdtempSync(join(tmpdir(), "parley-bundles-"));
  // The CDK copies an asset into its own output while the stack is built.
  process.once("exit", () => rmSync(output, { recursive: true, force: true }));

  const { outputFiles } = buildSync({
    ...bundleOptions,
    entryPoints: functionNames.map((name) => ({ in: `functions/${name}.ts`, out: `${name}/index` })),
    // Nothing is written here: a source map names its sources relative to this folder, so a fixed one gives the same
    // bytes, and with them the same asset hash, on every machine.
    outdir: "cdk.out/bundles",
    write: false,
  });
  for (const file of outputFiles) {
    const path = join(output, file.path.slice(join(root, "cdk.out/bundles").length));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.contents);
  }
  return perFunction((name) => Code.fromAsset(join(output, name)));
};
