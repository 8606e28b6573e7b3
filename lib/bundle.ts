import { builtinModules } from "node:module";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Metafile, type Plugin } from "esbuild";
import { entryPoints, type FunctionName, functionNames } from "./functions.ts";
import { type Bundle, keptBundles } from "./kept-bundles.ts";

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

/** How a function is bundled: what it imports only when it needs it is in files of its own. */
export function functionOptions(name: FunctionName) {
  return {
    ...bundleOptions,
    entryPoints: { [name]: entryPoints[name] },
    splitting: true,
    metafile: true,
  } satisfies BuildOptions;
}

/** A bundled file and all that it imports, also what it imports only when it needs it. */
function importedFrom(entry: string, outputs: Metafile["outputs"]): ReadonlySet<string> {
  const files = new Set([entry]);
  for (const file of files)
    for (const { path, external } of outputs[file]?.imports ?? []) if (external !== true) files.add(path);
  return files;
}

/** `<name>.mjs` and the files that it imports, with their source maps. esbuild makes others too, of imports that it drops. */
async function bundleFunction(name: FunctionName): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...functionOptions(name),
    // Nothing is written here: a source map names its sources relative to this folder, so a fixed one gives the same
    // bytes, and with them the same asset hash, on every machine.
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
 * Bundles the entry point of every function, each by itself, so that it reads few files at its start, and none of
 * what it hardly ever uses (docs/decisions/011-files-of-a-bundle.md). Bundles of an earlier run serve as long as none of
 * their sources has changed. Gives the folder of each.
 */
export async function bundleFunctions(
  cache = join(root, "node_modules/.cache/parley"),
): Promise<Record<FunctionName, string>> {
  const kept = keptBundles(root, cache);
  const entries = functionNames.map(
    async (name) => [name, await kept.folderOf(name, () => bundleFunction(name))] as const,
  );
  // Object.fromEntries forgets the key type; every name is there.
  return Object.fromEntries(await Promise.all(entries)) as Record<FunctionName, string>;
}
