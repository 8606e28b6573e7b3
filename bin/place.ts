/**
 * The place that an operator's command works on: a deployed stack or the local runner. Commands
 * call both in the same way.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";

/** A problem with a command or its place; the message says what to do. */
export class CommandError extends Error {}

export interface Place {
  /** The name as the operator sees it. */
  readonly name: string;
  /** Options for clients of the SDK. */
  readonly client: {
    readonly endpoint?: string;
    readonly region?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Returns an output of the stack. Throws a CommandError if it has no output of this name. */
  output(key: string): string;
}

function outputOf(name: string, outputs: ReadonlyMap<string, string>): Place["output"] {
  return (key) => {
    const value = outputs.get(key);
    if (value === undefined)
      throw new CommandError(
        `${name} has no output ${key}: is it a Parley of this version? Deploy it again.`,
      );
    return value;
  };
}

/** Replaces an SDK error about missing credentials, region or stack by one that says what to do. */
function explained(error: unknown, stack: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === "CredentialsProviderError")
    return new CommandError(
      "There are no AWS credentials: set AWS_PROFILE, or log in as for `npx cdk deploy`. For the local runner leave out --stack.",
    );
  if (error.message.includes("Region is missing"))
    return new CommandError(
      "There is no AWS region: set AWS_REGION to the one that the stack is deployed in.",
    );
  if (error.message.includes("does not exist"))
    return new CommandError(
      `There is no stack ${stack} in this account and region. In the stage prod it is called Parley-prod; AWS_REGION and AWS_PROFILE say where to look.`,
    );
  return error;
}

/** Returns a deployed stack, found with the environment's credentials and region. */
async function openStack(stack: string): Promise<Place> {
  try {
    const { Stacks } = await new CloudFormationClient({}).send(
      new DescribeStacksCommand({ StackName: stack }),
    );
    const outputs = new Map(
      (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
    );
    const name = `the stack ${stack}`;
    return { name, client: {}, output: outputOf(name, outputs) };
  } catch (error) {
    throw explained(error, stack);
  }
}

/** The part of the runner's ready file that tells how to reach its AWS services. */
interface Ready {
  readonly awsUrl: string;
  readonly operator: {
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly outputs: Readonly<Record<string, string>>;
}

function readReady(file: string): Ready {
  try {
    // Safe: only the runner writes it, whole or not at all.
    return JSON.parse(readFileSync(file, "utf8")) as Ready;
  } catch {
    throw new CommandError(
      `No local runner has written ${file}: start it with \`npm start\`, or name its folder with --data, or a deployed stack with --stack Parley.`,
    );
  }
}

/** Returns the local runner that wrote this ready file. */
async function openRunner(readyFile: string): Promise<Place> {
  const { awsUrl, operator, outputs } = readReady(readyFile);
  // Any response shows that the runner runs. A killed runner leaves its file behind.
  await fetch(awsUrl).catch(() => {
    throw new CommandError(`The local runner that wrote ${readyFile} no longer runs: start it again.`);
  });
  const { region, ...credentials } = operator;
  const name = `the local runner at ${awsUrl}`;
  return {
    name,
    client: { endpoint: awsUrl, region, credentials },
    output: outputOf(name, new Map(Object.entries(outputs))),
  };
}

/** The flags that name a place, as `parseArgs` takes them. */
export const placeOptions = {
  stack: { type: "string" },
  data: { type: "string" },
  "ready-file": { type: "string" },
} as const;

export const placeUsage = `  --stack NAME           a deployed stack, such as Parley, with the credentials and the region of the environment
  --data DIR             the folder of the local runner (.parley)
  --ready-file FILE      the file that the local runner wrote with --ready-file`;

/** Returns the place that the flags name. Without any, it is the local runner in .parley. */
export function openPlace({
  stack,
  data = ".parley",
  "ready-file": readyFile,
}: {
  readonly [Flag in keyof typeof placeOptions]?: string | undefined;
}): Promise<Place> {
  return stack === undefined ? openRunner(readyFile ?? join(data, "ready.json")) : openStack(stack);
}

/** Runs a command. Reports a problem with it or its place in one sentence. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // A wrong command needs no stack trace.
    console.error(error.message);
    process.exitCode = 1;
  }
}
