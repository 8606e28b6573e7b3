import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { directRoom, newUsers } from "../support/people.ts";
import { type RunnerProcess, startRunnerProcess } from "../support/runner-process.ts";
import { setTarget } from "../support/target.ts";

interface Statement {
  Action: string | string[];
}
interface Template {
  Resources: Record<string, { Type: string; Properties: { PolicyDocument?: { Statement: Statement[] } } }>;
}

let runner: RunnerProcess;
let folder: string;

/** Synthesizes the stack, and removes one action from the policies of one function. */
function synthesizeWithout(action: string, policyPrefix: RegExp): string {
  const outdir = mkdtempSync(join(tmpdir(), "parley-template-"));
  const { status, stderr } = spawnSync(process.execPath, ["bin/parley.ts"], {
    env: { ...process.env, CDK_OUTDIR: outdir, CDK_VALIDATION: "false", CDK_CONTEXT_JSON: "{}" },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  const file = join(outdir, "Parley.template.json");
  // Safe as far as the test reads it: a template that the CDK wrote.
  const template = JSON.parse(readFileSync(file, "utf8")) as Template;
  let taken = 0;
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    if (Type !== "AWS::IAM::Policy" || !policyPrefix.test(id)) continue;
    for (const statement of Properties.PolicyDocument?.Statement ?? []) {
      const actions = [statement.Action].flat();
      taken += actions.filter((one) => one === action).length;
      statement.Action = actions.filter((one) => one !== action);
    }
  }
  if (taken !== 1) throw new Error(`${action} was granted ${taken} times, and not once.`);
  writeFileSync(file, JSON.stringify(template));
  return outdir;
}

beforeAll(async () => {
  folder = synthesizeWithout("dynamodb:PutItem", /^Messages/i);
  runner = await startRunnerProcess("--fresh", "--template", folder);
  setTarget(runner.ready);
});
afterAll(async () => {
  await runner.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("a grant that the template lacks fails as it would on AWS, and the log names it", async () => {
  const [ann, ben] = await newUsers(2);
  if (!ann || !ben) throw new Error("no users");
  const roomId = await directRoom(ann, ben);
  const { status, problem } = await attempt("sendMessage", {
    token: ann.token,
    params: { room_id: roomId },
    body: { content: "Hello" },
  });
  expect(status).toBe(500);
  // The cause is in the log, and not in the answer.
  expect(JSON.stringify(problem)).not.toMatch(/AccessDenied|dynamodb/i);
  expect(runner.output()).toMatch(/AccessDeniedException.*not authorized to perform: dynamodb:PutItem/);
  // Other functions keep their grants.
  expect((await call("listRooms", { token: ann.token })).count).toBe(1);
});
