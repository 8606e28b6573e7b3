import { createECDH, ECDH, randomBytes, randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { afterSeconds } from "../support/background.ts";
import { attempt, call } from "../support/contract-client.ts";
import { type TestUser, two } from "../support/people.ts";

let ann: TestUser;
let ben: TestUser;
beforeEach(async () => {
  [ann, ben] = await two();
});

function newKey(): string {
  return createECDH("prime256v1").generateKeys("base64url");
}

function newSubscription(endpoint = `https://push.example.org/${randomUUID()}`) {
  return {
    endpoint,
    expirationTime: null,
    keys: { p256dh: newKey(), auth: randomBytes(16).toString("base64url") },
  };
}

function subscribe({ token }: TestUser, body: object) {
  return attempt("createPushSubscription", { token, body });
}
async function endpointsOf({ token }: TestUser): Promise<string[]> {
  return (await call("listPushSubscriptions", { token })).results.map(({ endpoint }) => endpoint);
}

describe("getPushKey", () => {
  test("returns the same point of the curve P-256 to all users, even if many ask at first", async () => {
    const all = await Promise.all(
      [ann, ben, ann, ben, ann, ben].map(({ token }) => call("getPushKey", { token })),
    );
    const keys = new Set(all.map(({ public_key }) => public_key));
    expect(keys.size).toBe(1);
    const [key = ""] = keys;
    expect(key).toMatch(/^B[\w-]{86}$/);
    expect(ECDH.convertKey(key, "prime256v1", "base64url", "base64url", "compressed")).toHaveLength(44);
  });
});

describe("createPushSubscription", () => {
  test("takes a browser's subscription, and returns the same one again", async () => {
    const subscription = newSubscription();
    const first = await subscribe(ann, subscription);
    expect(first).toMatchObject({
      status: 201,
      body: { endpoint: subscription.endpoint, expires_at: null },
    });
    const again = await subscribe(ann, subscription);
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(await call("listPushSubscriptions", { token: ann.token })).toMatchObject({
      count: 1,
      next: null,
      results: [first.body],
    });
    expect(await endpointsOf(ben)).toEqual([]);
  });

  test("takes new keys of the same browser in place of the old ones", async () => {
    const subscription = newSubscription();
    await subscribe(ann, subscription);
    expect((await subscribe(ann, newSubscription(subscription.endpoint))).status).toBe(200);
    expect(await endpointsOf(ann)).toEqual([subscription.endpoint]);
  });

  test("takes padded keys, which some browsers write", async () => {
    const subscription = newSubscription();
    const { p256dh, auth } = subscription.keys;
    const padded = { ...subscription, keys: { p256dh: `${p256dh}=`, auth: `${auth}==` } };
    expect((await subscribe(ann, padded)).status).toBe(201);
    expect((await subscribe(ann, subscription)).status).toBe(200);
  });

  test("moves a browser to the user who logs in to it, even if two do at once", async () => {
    const subscription = newSubscription();
    await subscribe(ann, subscription);
    expect((await subscribe(ben, subscription)).status).toBe(201);
    expect(await endpointsOf(ann)).toEqual([]);
    expect(await endpointsOf(ben)).toEqual([subscription.endpoint]);

    for (let round = 0; round < 3; round += 1) {
      await Promise.all([
        subscribe(ann, subscription),
        subscribe(ben, newSubscription(subscription.endpoint)),
      ]);
      expect([...(await endpointsOf(ann)), ...(await endpointsOf(ben))]).toEqual([subscription.endpoint]);
    }
  });

  test("drops the oldest of twenty for one more", async () => {
    const all = Array.from({ length: 21 }, () => newSubscription());
    for (const one of all) await subscribe(ann, one);
    const kept = all.slice(1).map(({ endpoint }) => endpoint);
    expect(await endpointsOf(ann)).toEqual(kept.reverse());
    // No user has the dropped browser, and any user may subscribe with it.
    expect((await subscribe(ben, { ...all[0] })).status).toBe(201);
    const page = await call("listPushSubscriptions", { token: ann.token, query: { page: 2, page_size: 15 } });
    expect(page).toMatchObject({ count: 20, next: null });
    expect(page.results).toHaveLength(5);
  });

  test("keeps no more than twenty if all come at once", async () => {
    const all = Array.from({ length: 24 }, () => newSubscription());
    const answers = await Promise.all(all.map((one) => subscribe(ann, one)));
    expect(answers.map(({ status }) => status)).toEqual(all.map(() => 201));
    expect((await endpointsOf(ann)).length).toBe(20);
  });

  test("takes one endpoint for the same, in any spelling", async () => {
    const path = `${randomUUID()}/Aa?b=C`;
    const endpoint = `https://push.example.org/${path}`;
    const subscription = newSubscription(endpoint);
    const { body } = await subscribe(ann, subscription);
    for (const written of [
      `HTTPS://Push.Example.ORG:443/${path}`,
      `${endpoint}#fragment`,
      ` https://push.example.org/x/../${path} `,
    ])
      expect(await subscribe(ann, { ...subscription, endpoint: written })).toMatchObject({
        status: 200,
        body,
      });
    expect(await endpointsOf(ann)).toEqual([endpoint]);
    expect((await subscribe(ann, { ...subscription, endpoint: endpoint.toLowerCase() })).status).toBe(201);
  });

  test("drops a subscription at the time that the browser set", async () => {
    // The runner's clock may be ahead, because other tests have advanced it.
    const now = Date.parse((await subscribe(ann, newSubscription())).body.created_at);
    const expirationTime = now + 24 * 60 * 60_000;
    const subscription = { ...newSubscription(), expirationTime };
    const { body } = await subscribe(ann, subscription);
    expect(Math.abs(Date.parse(body.expires_at ?? "") - expirationTime)).toBeLessThan(1000);
    const soon = { ...newSubscription(), expirationTime: Date.parse(body.created_at) + 20_000 };
    await subscribe(ann, soon);
    await afterSeconds(21);
    expect(await endpointsOf(ann)).not.toContain(soon.endpoint);
  });

  const refused: readonly (readonly [what: string, change: object, path: string])[] = [
    ["of this machine", { endpoint: "https://127.0.0.1/x" }, "endpoint"],
    ["of a cloud's metadata", { endpoint: "https://169.254.169.254/latest" }, "endpoint"],
    ["of this machine, written as a number", { endpoint: "https://2130706433/x" }, "endpoint"],
    ["of a private network", { endpoint: "https://[fd00::1]/x" }, "endpoint"],
    ["of a name that no public DNS knows", { endpoint: "https://db.internal/x" }, "endpoint"],
    ["over plain HTTP", { endpoint: "http://push.example.org/x" }, "endpoint"],
    ["with a password", { endpoint: "https://a:b@push.example.org/x" }, "endpoint"],
    ["that is no URL", { endpoint: "push" }, "endpoint"],
    [
      "of more than 1,000 characters",
      { endpoint: `https://push.example.org/${"x".repeat(1000)}` },
      "endpoint",
    ],
    ["without keys", { keys: undefined }, "keys"],
    ["with a key of another curve", { keys: { p256dh: "BAAA", auth: "A".repeat(22) } }, "keys.p256dh"],
    [
      "with a key that is no point of the curve",
      { keys: { p256dh: `BA${"A".repeat(84)}B`, auth: "A".repeat(22) } },
      "keys.p256dh",
    ],
    ["with a short secret", { keys: { p256dh: newKey(), auth: "A".repeat(21) } }, "keys.auth"],
    ["that is over", { expirationTime: 1_000 }, "expirationTime"],
  ];
  for (const [what, change, path] of refused)
    test(`refuses a subscription ${what}`, async () => {
      const { status, problem } = await subscribe(ann, { ...newSubscription(), ...change });
      expect([status, problem.code]).toEqual([400, "invalid_input"]);
      expect(problem.errors?.map((error) => error.path)).toEqual([path]);
      expect(await endpointsOf(ann)).toEqual([]);
    });

  test("names all problems at once", async () => {
    const { problem } = await subscribe(ann, { endpoint: "", expirationTime: "soon", keys: { auth: "x" } });
    expect(problem.errors?.map((error) => error.path).sort()).toEqual([
      "endpoint",
      "expirationTime",
      "keys.auth",
      "keys.p256dh",
    ]);
  });
});

describe("deletePushSubscription", () => {
  test("deletes the user's own subscription, once, and no other user's", async () => {
    const subscription = newSubscription();
    const { body } = await subscribe(ann, subscription);
    const remove = ({ token }: TestUser) =>
      attempt("deletePushSubscription", { token, params: { subscription_id: body.id } });
    expect(await remove(ben)).toMatchObject({ status: 404, problem: { code: "not_found" } });
    expect(await endpointsOf(ann)).toEqual([subscription.endpoint]);
    expect((await remove(ann)).status).toBe(204);
    expect((await remove(ann)).status).toBe(404);
    expect(await endpointsOf(ann)).toEqual([]);
    expect((await subscribe(ben, subscription)).status).toBe(201);
  });
});
