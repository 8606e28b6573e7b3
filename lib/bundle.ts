import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Code } from "aws-cdk-lib/aws-lambda";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { type FunctionName, functionNames, perFunction } from "./functions.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const bundlesFolder = "cdk.out/bundles";

/**
 * Imports what a CommonJS package requires of Node, since an ES module has no `require`: without it, web-push would end
 * the function when it is loaded. https://esbuild.github.io/plugins/
 */
const importWhatIsRequired: Plugin = {
  name: "import-what-is-required",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[\w/]+$/ }, ({ path, kind }) =>
      kind === "require-call" && builtinModules.includes(path) ? { path, namespace: "required" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "required" }, ({ path }) => ({
      contents: `import required from "node:${path}"; module.exports = required;`,
    }));
  },
};

/** How code is bundled for Lambda, the AWS SDK included. */
export const bundleOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  // ESM builds of packages come first: they lose what is not used, and half the import time of CommonJS.
  mainFields: ["module", "main"],
  // It comes with file-type, and its build for Node requires `tty`, which no bundle of ES modules can.
  alias: { debug: "debug/src/browser.js" },
  minify: true,
  sourcemap: true,
  // A stack trace needs names and lines, not the sources themselves.
  sourcesContent: false,
  logLevel: "warning",
  plugins: [importWhatIsRequired],
} satisfies BuildOptions;

/** How all functions are bundled, in one call of esbuild: what several of them import is in files that they share. */
export const functionsOptions = {
  ...bundleOptions,
  entryPoints: functionNames.map((name) => `functions/${name}.ts`),
  splitting: true,
  metafile: true,
} satisfies BuildOptions;

/** A bundled file and all that it imports, also what it imports only when it needs it. */
export const bundledFiles = (entry: string, outputs: Metafile["outputs"]): string[] => {
  const files = new Set([entry]);
  for (const file of files)
    for (const { path, external } of outputs[file]?.imports ?? []) if (external !== true) files.add(path);
  return [...files];
};

/**
 * Bundles `functions/<name>.ts` of every function: each into `<name>.mjs` and the files that it imports, with their source
 * maps. What is imported only when it is needed is in files of its own, so that a function does not even read, at its
 * start, what it hardly ever uses (docs/decisions/011-files-of-a-bundle.md).
 */
export const bundleFunctions = async (): Promise<Record<FunctionName, Code>> => {
  const output = mkdtempSync(join(tmpdir(), "parley-bundles-"));
  // The CDK copies an asset into its own output while the stack is built.
  process.once("exit", () => rmSync(output, { recursive: true, force: true }));

  const { outputFiles, metafile } = await build({
    ...functionsOptions,
    // Nothing is written here: a source map names its sources relative to this folder, so a fixed one gives the same
    // bytes, and with them the same asset hash, on every machine.
    outdir: bundlesFolder,
    write: false,
  });
  const written = new Map(outputFiles.map((file) => [relative(root, file.path), file.contents]));
  return perFunction((name) => {
    const files = bundledFiles(join(bundlesFolder, `${name}.mjs`), metafile.outputs);
    const folder = join(output, name);
    mkdirSync(folder);
    for (const [path, contents] of written)
      if (files.includes(path.replace(/\.map$/, ""))) writeFileSync(join(folder, basename(path)), contents);
    return Code.fromAsset(folder);
  });
};
