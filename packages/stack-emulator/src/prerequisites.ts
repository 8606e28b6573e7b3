import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { StartError } from "./start-error.ts";

/**
 * DynamoDB Local:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.DownloadingAndRunning.html
 */
const MINIMUM_JAVA = 17;

/** The facts of a machine that decide where Java may be. */
interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/**
 * Returns the commands that may start Java, best first. Homebrew does not link its versions into
 * the path ("keg-only": https://formulae.brew.sh/formula/openjdk@17). There, macOS has a command of
 * its own, which only says how to install Java.
 */
export function javaCandidates({ env, platform }: Machine): readonly string[] {
  const ofHome = env.JAVA_HOME ? [join(env.JAVA_HOME, "bin", "java")] : [];
  const kegs =
    platform === "darwin"
      ? ["/opt/homebrew/opt", "/usr/local/opt"].flatMap((folder) =>
          ["openjdk@17", "openjdk@21", "openjdk"].map((keg) => join(folder, keg, "bin", "java")),
        )
      : [];
  return [...ofHome, "java", ...kegs];
}

let found: Promise<string> | undefined;

/** Returns the command of this machine that `findJava` finds; looks for it once. */
export function requireJava(): Promise<string> {
  found ??= findJava(javaCandidates(process));
  return found;
}

/**
 * Returns the first of the commands that starts a Java which is new enough. Throws a StartError
 * with the command that installs Java if there is none.
 */
export async function findJava(candidates: readonly string[]): Promise<string> {
  const tooOld: string[] = [];
  for (const java of candidates) {
    if (java !== "java" && !existsSync(java)) continue;
    const version = await findJavaVersion(java);
    if (version !== undefined && version >= MINIMUM_JAVA) return java;
    if (version !== undefined) tooOld.push(`\`${java}\` is version ${version}`);
  }
  const reason = tooOld.length > 0 ? tooOld.join(", and ") : "none was found";
  throw new StartError(`DynamoDB Local needs Java ${MINIMUM_JAVA} or newer: ${reason}. ${installHint()}`);
}

/** Returns the major version, 8 for `1.8`; undefined if the command does not run. */
async function findJavaVersion(java: string): Promise<number | undefined> {
  try {
    const { stderr, stdout } = await promisify(execFile)(java, ["-version"]);
    const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(stderr + stdout) ?? [];
    return first === undefined ? undefined : Number(first === "1" ? second : first);
  } catch {
    return undefined;
  }
}

function installHint(): string {
  if (process.platform === "darwin") return "Install it: brew install openjdk@17";
  if (process.platform === "win32") return "Install it: winget install EclipseAdoptium.Temurin.17.JRE";
  return "Install it: sudo apt-get install openjdk-17-jre-headless (Fedora: sudo dnf install java-17-openjdk-headless)";
}
