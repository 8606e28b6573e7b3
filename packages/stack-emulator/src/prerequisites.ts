import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { StartError } from "./start-error.ts";

/** Node runs TypeScript as it is from 22.18 on: https://nodejs.org/api/typescript.html */
const MINIMUM_NODE = [22, 18] as const;
/** DynamoDB Local: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.DownloadingAndRunning.html */
const MINIMUM_JAVA = 17;

/** Throws a StartError that names the command which installs what is missing. */
export async function checkPrerequisites(java = "java"): Promise<void> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
    throw new StartError(
      `Node ${MINIMUM_NODE.join(".")} or newer is needed, and this is ${process.versions.node}. ` +
        "Start with `npm start`, which uses the one that `npm ci` installed.",
    );
  }
  const version = await findJavaVersion(java);
  if (version === undefined) {
    throw new StartError(
      `DynamoDB Local needs Java ${MINIMUM_JAVA} or newer, and \`${java}\` was not found. ${installHint()}`,
    );
  }
  if (version < MINIMUM_JAVA) {
    throw new StartError(
      `DynamoDB Local needs Java ${MINIMUM_JAVA} or newer, and \`${java}\` is version ${version}. ${installHint()}`,
    );
  }
}

/** The major version; `1.8` counts as 8. */
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
