import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { advanceClock, readMail } from "../support/control.ts";
import { type RunnerProcess, startRunnerProcess } from "../support/runner-process.ts";
import { untilIndexed } from "../support/search.ts";
import { setTarget } from "../support/target.ts";

/** The prod stage as it is deployed: its accounts are confirmed by an e-mailed code. */
let runner: RunnerProcess;
beforeAll(async () => {
  runner = await startRunnerProcess("--fresh", "--quiet", "-c", "stage=prod");
  setTarget(runner.ready);
});
afterAll(() => runner.stop());

const password = "Correct-Horse-7-Battery";

async function register() {
  const username = `ann-${randomUUID().slice(0, 8)}`;
  const email = `${username}@example.com`;
  const { confirmed } = await call("register", { body: { username, email, password } });
  expect(confirmed).toBe(false);
  return { username, email };
}

async function codeFor(email: string): Promise<string> {
  const mail = (await readMail()).filter(({ to }) => to === email).at(-1);
  if (!mail) throw new Error(`No e-mail was sent to ${email}.`);
  return mail.code;
}

function wrong(code: string): string {
  return code === "000000" ? "111111" : "000000";
}

describe("confirm", () => {
  test("lets an account log in, which could not before", async () => {
    const { email, username } = await register();
    const before = await attempt("login", { body: { email, password } });
    expect(before).toMatchObject({ status: 403, body: { code: "not_confirmed" } });
    const code = await codeFor(email);
    const bad = await attempt("confirm", { body: { email, code: wrong(code) } });
    expect(bad).toMatchObject({ status: 400, body: { code: "invalid_code" } });
    await call("confirm", { body: { email, code } });
    expect((await call("login", { body: { email, password } })).user.username).toBe(username);
    expect((await call("login", { body: { username, password } })).user.email).toBe(email);
  });

  test("an unknown account looks like a wrong code", async () => {
    const answer = await attempt("confirm", {
      body: { email: `${randomUUID()}@example.com`, code: "123456" },
    });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_code" } });
  });
});

describe("resendCode", () => {
  const mailsTo = async (email: string) => (await readMail()).filter(({ to }) => to === email).length;

  test("e-mails another code to a user who lost one, even an expired one, and changes nothing else", async () => {
    const username = `lea-${randomUUID().slice(0, 8)}`;
    const email = `${username}@example.com`;
    const { user } = await call("register", { body: { username, email, password, bio: "Hearts" } });
    const first = await codeFor(email);
    await advanceClock(26 * 60 * 60_000);
    const expired = await attempt("confirm", { body: { email, code: first } });
    expect(expired).toMatchObject({ status: 400, body: { code: "invalid_code" } });
    await call("resendCode", { body: { email } });
    expect(await mailsTo(email)).toBe(2);
    await call("confirm", { body: { email, code: await codeFor(email) } });
    expect((await call("login", { body: { email, password } })).user).toMatchObject(user);
  });

  test("answers the same, and e-mails nothing, if no account waits for a code", async () => {
    const { email } = await register();
    const waiting = await call("resendCode", { body: { email } });
    await call("confirm", { body: { email, code: await codeFor(email) } });
    const unknown = `${randomUUID()}@example.com`;
    expect(await call("resendCode", { body: { email } })).toEqual(waiting);
    expect(await call("resendCode", { body: { email: unknown } })).toEqual(waiting);
    expect([await mailsTo(email), await mailsTo(unknown)]).toEqual([2, 0]);
  });
});

describe("an account that is not confirmed", () => {
  const facts = { display_name: "Prof. Eva Meier", role: "Chief Physician", bio: "Hearts", password };

  test("is hidden from other users until it is confirmed, and then has the profile it was registered with", async () => {
    const username = `eva-${randomUUID().slice(0, 8)}`;
    const email = `${username}@example.com`;
    const { user } = await call("register", { body: { ...facts, username, email } });
    const ann = await register();
    await call("confirm", { body: { email: ann.email, code: await codeFor(ann.email) } });
    const { access_token: token } = await call("login", { body: { email: ann.email, password } });
    const find = async () => {
      await untilIndexed();
      return (await call("searchUsers", { token, query: { q: username } })).results;
    };
    expect(await find()).toEqual([]);
    const asContact = await attempt("createContact", { token, body: { user_id: user.id } });
    expect(asContact.status).toBe(404);
    const again = await attempt("register", { body: { ...facts, username, email } });
    expect(again).toMatchObject({ status: 409 });
    await call("confirm", { body: { email, code: await codeFor(email) } });
    expect((await call("login", { body: { username, password } })).user).toMatchObject(user);
    expect(await find()).toMatchObject([{ id: user.id, username, role: facts.role, bio: facts.bio }]);
    expect(await call("getUser", { token, params: { user_id: user.id } })).toMatchObject({ username });
  });

  test("leaves its username to other users after a day, and not before", async () => {
    const { username } = await register();
    const email = `${randomUUID()}@example.com`;
    expect((await attempt("register", { body: { username, email, password } })).status).toBe(409);
    await advanceClock(25 * 60 * 60_000 + 1000);
    await call("register", { body: { username, email, password } });
    await call("confirm", { body: { email, code: await codeFor(email) } });
    expect((await call("login", { body: { username, password } })).user).toMatchObject({ username, email });
  });
});

describe("forgotPassword and resetPassword", () => {
  test("set a new password with the e-mailed code, once", async () => {
    const { email } = await register();
    await call("confirm", { body: { email, code: await codeFor(email) } });
    await call("forgotPassword", { body: { email } });
    const code = await codeFor(email);
    const weak = await attempt("resetPassword", { body: { email, code, password: "weak" } });
    expect(weak).toMatchObject({ status: 400, body: { errors: [{ path: "password" }] } });
    const bad = await attempt("resetPassword", {
      body: { email, code: wrong(code), password: `${password}!` },
    });
    expect(bad).toMatchObject({ status: 400, body: { code: "invalid_code" } });
    await call("resetPassword", { body: { email, code, password: `${password}!` } });
    expect((await attempt("login", { body: { email, password } })).status).toBe(401);
    await call("login", { body: { email, password: `${password}!` } });
    expect((await attempt("resetPassword", { body: { email, code, password } })).status).toBe(400);
  });

  test("answer the same if there is no such account", async () => {
    const { email } = await register();
    const known = await call("forgotPassword", { body: { email } });
    const unknown = await call("forgotPassword", { body: { email: `${randomUUID()}@example.com` } });
    expect(unknown).toEqual(known);
  });
});

test("a weak password is refused by the stage's own policy", async () => {
  const username = `ann-${randomUUID().slice(0, 8)}`;
  const { status, problem } = await attempt("register", {
    body: { username, email: `${username}@example.com`, password: "correct horse" },
  });
  expect(status).toBe(400);
  expect(problem.errors).toMatchObject([{ path: "password" }]);
});
