import { builtinModules } from "node:module";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { entryPoints, type FunctionName, functionNames } from "./functions.ts";
import { type Bundle, keptBundles } from "./kept-bundles.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const bundlesFolder = "cdk.out/bundles";

/** The folder relative to which the source maps of the bundles name their sources. */
export const sourceMapRoot = join(root, bundlesFolder);

/**
 * Turns a CommonJS package's `require` of a Node module into an import: an ES module has no
 * `require`. Without this, web-push would end the function while it is loaded.
 * https://esbuild.github.io/plugins/
 */
const importRequiredModules: Plugin = {
  name: "import-required-modules",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[\w/]+$/ }, ({ path, kind }) =>
      kind === "require-call" && builtinModules.includes(path) ? { path, namespace: "required" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "required" }, ({ path }) => ({
      contents: `import required from "node:${path}"; module.exports = required;`,
    }));
  },
};

/** The options that bundle code for Lambda, including the AWS SDK. */
export const bundleOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  // ESM builds of packages come first: unused code is dropped from them, and they import in half
  // the time of CommonJS.
  mainFields: ["module", "main"],
  // This package comes with file-type. Its build for Node requires `tty`, which a bundle of ES
  // modules cannot.
  alias: { debug: "debug/src/browser.js" },
  minify: true,
  sourcemap: true,
  // A stack trace needs names and lines, but not the sources.
  sourcesContent: false,
  logLevel: "warning",
  plugins: [importRequiredModules],
} satisfies BuildOptions;

/**
 * Returns the options that bundle a function. Code that it imports on demand goes to separate
 * files.
 */
export function functionOptions(name: FunctionName) {
  return {
    ...bundleOptions,
    entryPoints: { [name]: entryPoints[name] },
    splitting: true,
    metafile: true,
  } satisfies BuildOptions;
}

/** Returns a bundled file and all files that it imports, including those imported on demand. */
function importedFrom(entry: string, outputs: Metafile["outputs"]): ReadonlySet<string> {
  const files = new Set([entry]);
  for (const file of files)
    for (const { path, external } of outputs[file]?.imports ?? []) if (external !== true) files.add(path);
  return files;
}

/**
 * Returns `<name>.mjs` and the files that it imports, with their source maps. esbuild also makes
 * files for imports that it drops: they are left out.
 */
async function bundleFunction(name: FunctionName): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...functionOptions(name),
    // esbuild writes nothing to this folder. A source map names its sources relative to it: a fixed
    // folder gives the same bytes, and the same asset hash, on every machine.
    outdir: bundlesFolder,
    write: false,
  });
  const imported = importedFrom(join(bundlesFolder, `${name}.mjs`), metafile.outputs);
  const files = outputFiles.filter(({ path }) => imported.has(relative(root, path).replace(/\.map$/, "")));
  return {
    files: new Map(files.map(({ path, contents }) => [basename(path), contents])),
    inputs: Object.keys(metafile.inputs),
  };
}

/**
 * Bundles the entry point of every function separately. So a function reads few files at its start,
 * and not the code that it rarely uses (docs/decisions/011-files-of-a-bundle.md). Reuses bundles of
 * an earlier run while none of their sources has changed. Returns the folder of each.
 */
export async function bundleFunctions(
  cache = join(root, "node_modules/.cache/parley"),
): Promise<Record<FunctionName, string>> {
  const kept = keptBundles(root, cache);
  const entries = functionNames.map(
    async (name) => [name, await kept.folderOf(name, () => bundleFunction(name))] as const,
  );
  // Safe: Object.fromEntries loses the key type, and every name is present.
  return Object.fromEntries(await Promise.all(entries)) as Record<FunctionName, string>;
}
