import { createECDH, randomBytes, randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Answer, attempt, call } from "../support/contract-client.ts";
import { clearFaults, type FaultSpec, injectFault, listFaults } from "../support/control.ts";
import { type TestUser, two } from "../support/people.ts";

let ann: TestUser;
let ben: TestUser;
let subscription: { endpoint: string; keys: { p256dh: string; auth: string } };

beforeEach(async () => {
  [ann, ben] = await two();
  subscription = {
    endpoint: `https://push.example.org/${randomUUID()}`,
    keys: {
      p256dh: createECDH("prime256v1").generateKeys("base64url"),
      auth: randomBytes(16).toString("base64url"),
    },
  };
});
afterEach(clearFaults);

function subscribe({ token }: TestUser) {
  return attempt("createPushSubscription", { token, body: subscription });
}
async function idsOf({ token }: TestUser): Promise<string[]> {
  return (await call("listPushSubscriptions", { token })).results.map(({ id }) => id);
}

async function withFault(fault: Omit<FaultSpec, "service">, run: () => Promise<Answer<unknown>>) {
  await injectFault({ service: "dynamodb", function: "notifications", ...fault });
  const { status } = await run();
  expect((await listFaults())[0]).toMatchObject({ hits: 1 });
  await clearFaults();
  return status;
}

describe("a browser whose user changes", () => {
  beforeEach(async () => {
    await subscribe(ann);
  });

  test("is ben's alone if the function ends after that write", async () => {
    const fault = { kind: "crash", action: "TransactWriteItems" } as const;
    expect(await withFault(fault, () => subscribe(ben))).toBe(500);
    expect([(await idsOf(ann)).length, (await idsOf(ben)).length]).toEqual([0, 1]);
    expect((await subscribe(ben)).status).toBe(200);
  });

  test("is ben's alone if the answer to the write is lost", async () => {
    const fault = { kind: "lose", action: "TransactWriteItems" } as const;
    expect([200, 201]).toContain(await withFault(fault, () => subscribe(ben)));
    expect([(await idsOf(ann)).length, (await idsOf(ben)).length]).toEqual([0, 1]);
  });

  test("is still ann's if the function ends before", async () => {
    const fault = { kind: "crash", action: "GetItem", pk: "PUSH#" } as const;
    expect(await withFault(fault, () => subscribe(ben))).toBe(500);
    expect([(await idsOf(ann)).length, (await idsOf(ben)).length]).toEqual([1, 0]);
    expect((await subscribe(ben)).status).toBe(201);
  });
});

describe("deletePushSubscription", () => {
  for (const kind of ["crash", "lose"] as const)
    test(`deletes the subscription wholly, or not at all (${kind})`, async () => {
      await subscribe(ann);
      const [subscription_id = ""] = await idsOf(ann);
      const remove = () =>
        attempt("deletePushSubscription", { token: ann.token, params: { subscription_id } });
      const status = await withFault({ kind, action: "TransactWriteItems" }, remove);
      expect(status).toBe(kind === "crash" ? 500 : 204);
      expect(await idsOf(ann)).toEqual([]);
      // No user has the browser, and any user may subscribe with it.
      expect((await subscribe(ben)).status).toBe(201);
      expect(await idsOf(ben)).toEqual([subscription_id]);
    });
});
