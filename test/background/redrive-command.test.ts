import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { afterSeconds, until } from "../support/background.ts";
import { call } from "../support/contract-client.ts";
import { keysOfRoom } from "../support/operator.ts";
import { groupRoom, newUser } from "../support/people.ts";
import { type RunnerProcess, startRunnerProcess } from "../support/runner-process.ts";
import { setTarget } from "../support/target.ts";

let folder: string;
let runner: RunnerProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "parley-redrive-"));
  runner = await startRunnerProcess("--data", join(folder, "data"), "--quiet");
});
afterAll(async () => {
  await runner.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Returns the output and the exit code of the command. Only the given environment leads to AWS. */
async function redrive(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["bin/redrive.ts", ...args], {
    env: {
      PATH: process.env.PATH,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: join(folder, "none"),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, "none"),
      ...env,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const code = await new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
  });
  return { code, output };
}

/**
 * Serves CloudFormation's description of one stack.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
 */
async function serveCloudFormation(stack: string, outputs: Readonly<Record<string, string>>) {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const described = `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>${stack}</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join("")}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
  const refused = `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id Other does not exist</Message></Error></ErrorResponse>`;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const known = new URLSearchParams(body).get("StackName") === stack;
    response.writeHead(known ? 200 : 400, { "content-type": "text/xml" }).end(known ? described : refused);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}

function environmentOf({ ready: { awsUrl, operator } }: RunnerProcess) {
  return {
    AWS_REGION: operator.region,
    AWS_ACCESS_KEY_ID: operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
    AWS_ENDPOINT_URL_SQS: awsUrl,
    AWS_ENDPOINT_URL_DYNAMODB_STREAMS: awsUrl,
  };
}

describe("npm run redrive", () => {
  test("names missing settings, and the remedy", async () => {
    const missing = await redrive(["--data", join(folder, "none")]);
    expect(missing).toMatchObject({ code: 1, output: expect.stringContaining("npm start") });
    expect((await redrive(["--queue", "mail"])).output).toContain("--queue takes tasks, delivery or push");
    expect((await redrive(["--rnu"])).output).toContain("--run ");
    expect((await redrive(["--stack", "Parley"])).output).toContain("AWS_REGION");
    const noCredentials = await redrive(["--stack", "Parley"], { AWS_REGION: "eu-central-1" });
    expect(noCredentials).toMatchObject({
      code: 1,
      output: expect.stringContaining("There are no AWS credentials"),
    });
  });

  test("finds a runner by its data, and a stack by its outputs", async () => {
    const cloudFormation = await serveCloudFormation("Parley", runner.ready.outputs);
    try {
      expect(await redrive(["--data", join(folder, "data")])).toMatchObject({
        code: 0,
        output: expect.stringContaining("tasks: 0 dead letters"),
      });
      const env = {
        ...environmentOf(runner),
        AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url,
      };
      expect(await redrive(["--stack", "Parley", "--run"], env)).toMatchObject({
        code: 0,
        output: expect.stringContaining("Dead letters of the stack Parley"),
      });
      expect(await redrive(["--stack", "Other"], env)).toMatchObject({
        code: 1,
        output: expect.stringContaining("There is no stack Other"),
      });
    } finally {
      cloudFormation.close();
    }
  });
});

describe("a restart", () => {
  test("continues the work that was left", async () => {
    setTarget(runner.ready);
    const ann = await newUser();
    const roomId = await groupRoom(ann, []);
    await call("deleteRoom", { token: ann.token, params: { room_id: roomId } });
    expect(await runner.stop()).toBe(0);
    expect((await redrive(["--data", join(folder, "data")])).output).toContain("npm start");

    // The same stack, so there is no need to synthesize it again.
    const data = join(folder, "data");
    const template = join(data, "cdk.out");
    const second = await startRunnerProcess("--data", data, "--quiet", "--template", template);
    setTarget(second.ready);
    await afterSeconds(61);
    await until(async () => (await keysOfRoom(roomId)).join() === "HEAD", "the room is removed");
    await second.stop();
  });
});
