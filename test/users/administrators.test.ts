import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attempt } from "../support/contract-client.ts";
import { type Issuer, startIssuer } from "../support/issuer.ts";
import { type RunnerProcess, startRunnerProcess } from "../support/runner-process.ts";
import { setTarget } from "../support/target.ts";

const claim = "https://example.com/roles";
let issuer: Issuer;
let runner: RunnerProcess;

beforeAll(async () => {
  issuer = await startIssuer();
  runner = await startRunnerProcess(
    ...["--fresh", "--quiet", "-c", `issuerUrl=${issuer.url}`, "-c", `audience=${issuer.audience}`],
    ...["-c", "adminGroup=chat-admins", "-c", `groupsClaim=${claim}`],
  );
  setTarget(runner.ready);
});
afterAll(async () => {
  await runner.stop();
  issuer.stop();
});

const cases: readonly (readonly [what: string, claims: Record<string, unknown>, status: number])[] = [
  ["one of several groups", { [claim]: ["users", "chat-admins"] }, 200],
  ["the only group", { [claim]: ["chat-admins"] }, 200],
  ["a role that is text", { [claim]: "chat-admins" }, 200],
  ["no claim", {}, 403],
  ["an empty list", { [claim]: [] }, 403],
  ["groups that begin or end so", { [claim]: ["chat-admins2", "not-chat-admins", "chat"] }, 403],
  ["another case of letters", { [claim]: ["Chat-Admins"] }, 403],
  ["a text that holds the name among others", { [claim]: "users chat-admins" }, 403],
  ["a map", { [claim]: { "chat-admins": true } }, 403],
  ["the group in another claim", { "cognito:groups": ["chat-admins"], groups: ["chat-admins"] }, 403],
];

for (const [what, claims, status] of cases)
  test(`${what}: ${status}`, async () => {
    const token = await issuer.sign({ sub: randomUUID(), preferred_username: "visitor", ...claims });
    expect((await attempt("listReports", { token })).status).toBe(status);
  });
