import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyQueues, until } from "../support/background.ts";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults, type FaultSpec, injectFault, listFaults } from "../support/control.ts";
import { createAvatarUpload, putBytes } from "../support/files.ts";
import { deleteItemOfAvatar } from "../support/operator.ts";
import { newUser, type TestUser } from "../support/people.ts";

/** The calls that make a picture a user's own, in their order. */
const steps = {
  inspect: { service: "s3", action: "GetObject" },
  copy: { service: "s3", action: "CopyObject" },
  apply: { service: "dynamodb", action: "TransactWriteItems" },
} as const satisfies Record<string, Omit<FaultSpec, "kind">>;

let ann: TestUser;
let file_id: string;

beforeEach(async () => {
  ann = await newUser();
  file_id = await upload();
});
afterEach(async () => {
  // The fault hit; otherwise the test has shown nothing.
  for (const { hits } of await listFaults()) expect(hits).toBeGreaterThan(0);
  await clearFaults();
  await emptyQueues();
});

async function upload(): Promise<string> {
  const created = await createAvatarUpload(ann);
  expect((await putBytes(created)).status).toBe(200);
  return created.file_id;
}
function use(id = file_id) {
  return attempt("updateAvatar", { token: ann.token, params: { user_id: ann.id }, body: { file_id: id } });
}
function injectAt(kind: FaultSpec["kind"], step: keyof typeof steps) {
  return injectFault({ kind, function: "attachments", ...steps[step] });
}

async function statusOf(id: string) {
  return (await attempt("getAvatar", { params: { avatar_id: id } })).status;
}

async function expectShown(): Promise<void> {
  const { profile_picture } = await call("getProfile", { token: ann.token });
  expect(profile_picture).toMatch(new RegExp(`/${file_id}$`));
  expect((await fetch(profile_picture ?? "")).status).toBe(200);
}

for (const step of ["inspect", "copy", "apply"] as const) {
  test(`the function ends after ${step}: the retry completes it`, async () => {
    await injectAt("crash", step);
    expect((await use()).status).toBe(500);
    expect((await use()).status).toBe(200);
    await expectShown();
  });

  test(`the answer of ${step} is lost, and the SDK repeats the call: the picture is set`, async () => {
    await injectAt("lose", step);
    expect((await use()).status).toBe(200);
    await expectShown();
  });
}

test("two concurrent calls both get the picture", async () => {
  await injectFault({ kind: "delay", ...steps.apply, function: "attachments", delay_ms: 300, times: 2 });
  const answers = await Promise.all([use(), use()]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  await expectShown();
});

describe("when an upload expires", () => {
  test("a picture whose call was cut off before the profile named it is removed, with its copy", async () => {
    await injectAt("crash", "copy");
    expect((await use()).status).toBe(500);
    expect(await statusOf(file_id)).toBe(200);
    await deleteItemOfAvatar(file_id);
    await until(async () => (await statusOf(file_id)) === 404, "the copy is removed");
    expect((await use()).status).toBe(404);
  });

  test("the picture of the profile stays", async () => {
    expect((await use()).status).toBe(200);
    const other = await upload();
    await deleteItemOfAvatar(file_id);
    // Later changes have been handled: the other upload's object is removed too.
    await injectAt("crash", "copy");
    expect((await use(other)).status).toBe(500);
    await deleteItemOfAvatar(other);
    await until(async () => (await statusOf(other)) === 404, "the other copy is removed");
    await expectShown();
  });
});

test("the former picture is removed in the end, if the function that removes it ends in the midst", async () => {
  expect((await use()).status).toBe(200);
  await injectFault({ kind: "crash", service: "s3", action: "DeleteObject", function: "tableStream" });
  expect((await use(await upload())).status).toBe(200);
  await until(async () => (await statusOf(file_id)) === 404, "the former picture is removed");
});
