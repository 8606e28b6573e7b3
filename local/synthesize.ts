import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { StartError } from "stack-emulator";

/**
 * Synthesizes the CDK app into `outDir`, as the CDK's command line does. Two variables name the
 * folder and the context (`-c name=value`) for the app. It needs no account.
 */
export async function synthesize(outDir: string, context: Readonly<Record<string, string>>): Promise<void> {
  const root = join(import.meta.dirname, "..");
  rmSync(outDir, { recursive: true, force: true });
  const child = spawn(process.execPath, [join("bin", "parley.ts")], {
    cwd: root,
    env: {
      ...process.env,
      CDK_OUTDIR: outDir,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      // The tests and `cdk deploy` validate the template; here it would only double the time.
      CDK_VALIDATION: "false",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const collect = (chunk: Buffer) => {
    output += chunk;
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const killOnExit = () => void child.kill();
  process.once("exit", killOnExit);
  const [code] = await once(child, "close");
  process.off("exit", killOnExit);
  if (output.includes("ENOSPC")) {
    throw new StartError(
      `The disk is full: the stack could not be synthesized into ${outDir}. Free some space, or name another folder with ` +
        "--data DIR.",
    );
  }
  if (code !== 0) throw new StartError(`The stack could not be synthesized.\n${output.trim()}`);
}
