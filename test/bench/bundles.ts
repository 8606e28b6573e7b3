/**
 * Measures how long each function's bundle takes to import, against one file with its SDK clients
 * alone. The result is a ratio, because a time depends more on the machine than on the bundle.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { bundleOptions, functionOptions } from "../../lib/bundle.ts";
import { entryPoints, type FunctionName, functionNames } from "../../lib/functions.ts";
import { say } from "./progress.ts";
import type { Row } from "./row.ts";

const ratioLimit = 1.25;
/**
 * Imports of each bundle, each in a process of its own. The bundles take turns, so that a slow
 * moment meets all of them.
 */
const rounds = 25;

interface Import {
  readonly names: readonly string[];
  readonly from: string;
}

/** Returns the imports of one of our own files from the SDK, except types. */
function sdkImportsOf(source: string): Import[] {
  return [...source.matchAll(/import\s*\{([^}]*)\}\s*from\s*"(@aws-sdk\/[^"]+)";/g)].map(
    ([, names = "", from = ""]) => ({
      names: names
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "" && !name.startsWith("type ")),
      from,
    }),
  );
}

/**
 * Returns a module that imports the parts of the SDK that a function's bundle kept, makes the same
 * clients, and does nothing else. It leaves out a command that the bundle dropped because no code
 * calls it.
 */
function referenceSource(files: readonly string[], kept: readonly string[]): string {
  const sources = files.map((file) => readFileSync(file, "utf8"));
  const isKept = (name: string): boolean =>
    !name.endsWith("Command") || kept.some((file) => file.endsWith(`/${name}.js`));
  const imports = sources
    .flatMap(sdkImportsOf)
    .map(({ names, from }) => ({ names: names.filter(isKept), from }))
    .filter(({ names }) => names.length > 0);
  const clients = sources.flatMap((source) =>
    [...source.matchAll(/new \w+Client\([^()]*\)/g)].map(([text]) => text),
  );
  // Several files may import the same name.
  const from = new Map(imports.flatMap((one) => one.names.map((name) => [name, one.from] as const)));
  return [
    ...[...from].map(([name, source]) => `import { ${name} } from "${source}";`),
    `export const clients = [${clients.join(", ")}];`,
    `export { ${[...from.keys()].join(", ")} };`,
  ].join("\n");
}

/**
 * Returns our own files that run when an entry is imported, without those that it imports when it
 * needs them.
 */
function importedBy(entry: string, inputs: Metafile["inputs"]): string[] {
  const found = new Set([entry]);
  for (const file of found)
    for (const { path, kind } of inputs[file]?.imports ?? [])
      if (kind === "import-statement" && path.startsWith("functions/")) found.add(path);
  return [...found];
}

function importTime(file: string): number {
  const script = `const t=process.hrtime.bigint();await import(${JSON.stringify(file)});console.log(Number(process.hrtime.bigint()-t)/1e6);process.exit()`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    env: { ...process.env, AWS_REGION: "us-east-1", TABLE_NAME: "table" },
  });
  if (status !== 0) throw new Error(`${file} cannot be imported: ${stderr}`);
  return Number(stdout);
}

function median(times: number[]): number {
  return times.sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;
}

export async function measureBundles(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
  try {
    const makePair = async (name: FunctionName) => {
      const outdir = join(folder, name);
      const bundle = join(outdir, `${name}.mjs`);
      const { metafile } = await build({ ...functionOptions(name), outdir });
      const kept = Object.values(metafile.outputs).flatMap(({ inputs }) =>
        Object.entries(inputs).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : [])),
      );
      const own = importedBy(entryPoints[name], metafile.inputs).filter((file) => kept.includes(file));
      const reference = join(folder, `${name}-sdk.mjs`);
      await build({
        ...bundleOptions,
        stdin: { contents: referenceSource(own, kept), resolveDir: bundleOptions.absWorkingDir },
        outfile: reference,
      });
      return { name, bundle, reference, times: [] as number[], referenceTimes: [] as number[] };
    };
    const pairs = await Promise.all(functionNames.map(makePair));
    for (let round = 0; round < rounds; round += 1) {
      if (round % 5 === 0) say(`imports: round ${round + 1} of ${rounds}`);
      for (const pair of pairs) {
        pair.times.push(importTime(pair.bundle));
        pair.referenceTimes.push(importTime(pair.reference));
      }
    }
    return pairs.map(({ name, times, referenceTimes }) => ({
      name: `import of ${name}, against its SDK clients`,
      measured: { ratio: Number((median(times) / median(referenceTimes)).toFixed(2)) },
      limits: { ratio: ratioLimit },
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
