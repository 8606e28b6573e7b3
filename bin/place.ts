/** Where an operator's command works: a deployed stack, or the local runner. Both are asked in the same way. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";

/** What is wrong with a command or with where it is to work; its message says what to do. */
export class CommandError extends Error {}

export interface Place {
  /** As it is shown to who calls. */
  readonly name: string;
  /** What clients of the SDK are made with. */
  readonly client: {
    readonly endpoint?: string;
    readonly region?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** An output of the stack. Throws a CommandError where it has none of this name. */
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

/** What the SDK says when it has no credentials, or no region, in words that help. */
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

/** A deployed stack, found with the credentials and the region that the SDK finds in its environment. */
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

/** The part of the runner's ready file that tells an operator how to reach its AWS services. */
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
    // Safe: the runner alone writes it, whole or not at all.
    return JSON.parse(readFileSync(file, "utf8")) as Ready;
  } catch {
    throw new CommandError(
      `No local runner has written ${file}: start it with \`npm start\`, or name its folder with --data, or a deployed stack with --stack Parley.`,
    );
  }
}

/** The local runner that wrote this ready file. */
async function openRunner(readyFile: string): Promise<Place> {
  const { awsUrl, operator, outputs } = readReady(readyFile);
  // Any answer will do: it runs. A runner that was killed leaves its file behind.
  await fetch(awsUrl).catch(() => {
    throw new CommandError(`The local runner that wrote ${readyFile} does not run any more: start it again.`);
  });
  const { region, ...credentials } = operator;
  const name = `the local runner at ${awsUrl}`;
  return {
    name,
    client: { endpoint: awsUrl, region, credentials },
    output: outputOf(name, new Map(Object.entries(outputs))),
  };
}

/** The flags by which a place is named, as `parseArgs` takes them. */
export const placeOptions = {
  stack: { type: "string" },
  data: { type: "string" },
  "ready-file": { type: "string" },
} as const;

export const placeUsage = `  --stack NAME           a deployed stack, such as Parley, with the credentials and the region of the environment
  --data DIR             the folder of the local runner (.parley)
  --ready-file FILE      the file that the local runner wrote with --ready-file`;

/** The place that the flags name: without any, the local runner in .parley. */
export function openPlace({
  stack,
  data = ".parley",
  "ready-file": readyFile,
}: {
  readonly [Flag in keyof typeof placeOptions]?: string | undefined;
}): Promise<Place> {
  return stack === undefined ? openRunner(readyFile ?? join(data, "ready.json")) : openStack(stack);
}

/** Runs a command, and says in one sentence what is wrong with it or with where it is to work. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    // What is wrong with a command needs no stack trace.
    console.error(error.message);
    process.exitCode = 1;
  }
}
