import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { newUser, type TestUser, three, two } from "../support/people.ts";

function add(user: TestUser, other: TestUser, nickname?: string) {
  return attempt("createContact", { token: user.token, body: { user_id: other.id, nickname } });
}

function params(other: TestUser) {
  return { contact_id: other.id };
}

async function listed(user: TestUser, query: Record<string, string | number> = {}) {
  return (await call("listContacts", { token: user.token, query })).results.map((one) => one.id);
}

describe("createContact", () => {
  test("keeps a user as a contact of the caller alone, and shows the address", async () => {
    const [ann, ben, cid] = await three();
    const { status, body } = await add(ann, ben, "Benny");
    expect(status).toBe(201);
    expect(body).toMatchObject({ id: ben.id, nickname: "Benny", is_favorite: false, is_blocked: false });
    expect(body.contact).toEqual(await call("getProfile", { token: ben.token }));
    expect(body.updated_at).toBe(body.created_at);
    expect(await call("getContact", { token: ann.token, params: params(ben) })).toEqual(body);
    expect((await call("listContacts", { token: ann.token })).results).toEqual([body]);
    expect(await listed(ben)).toEqual([]);
    expect((await attempt("getContact", { token: cid.token, params: params(ben) })).status).toBe(404);
  });

  test("returns the same contact with 200 when repeated, also concurrently", async () => {
    const [ann, ben] = await two();
    const answers = await Promise.all(Array.from({ length: 8 }, () => add(ann, ben, "Benny")));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    const again = await add(ann, ben, "Another");
    expect([again.status, again.body]).toEqual([200, answers[0]?.body]);
    expect(await listed(ann)).toEqual([ben.id]);
  });

  test("refuses the caller, an unknown user, and an invalid nickname", async () => {
    const [ann, ben] = await two();
    expect((await add(ann, ann)).status).toBe(400);
    const unknown = await attempt("createContact", { token: ann.token, body: { user_id: randomUUID() } });
    expect([unknown.status, unknown.problem.code]).toEqual([404, "not_found"]);
    expect((await add(ann, ben, "x".repeat(101))).status).toBe(400);
    expect((await add(ann, ben, "   ")).status).toBe(400);
    expect(await listed(ann)).toEqual([]);
  });
});

describe("updateContact, favoriteContact and unfavoriteContact", () => {
  test("change the nickname and the favorite, and leave the rest", async () => {
    const [ann, ben] = await two();
    const { body: made } = await add(ann, ben, "Benny");
    const update = (body: object) => call("updateContact", { token: ann.token, params: params(ben), body });
    expect(await update({ is_favorite: true })).toMatchObject({ nickname: "Benny", is_favorite: true });
    expect(await update({ nickname: "Big Ben" })).toMatchObject({ nickname: "Big Ben", is_favorite: true });
    const emptied = await update({ nickname: null });
    expect(emptied).toMatchObject({ nickname: null, is_favorite: true, created_at: made.created_at });
    expect(emptied.updated_at > made.updated_at).toBe(true);
    await call("unfavoriteContact", { token: ann.token, params: params(ben) });
    const favored = await call("favoriteContact", { token: ann.token, params: params(ben) });
    expect(favored).toMatchObject({ nickname: null, is_favorite: true });
    await call("unfavoriteContact", { token: ann.token, params: params(ben) });
    expect((await call("getContact", { token: ann.token, params: params(ben) })).is_favorite).toBe(false);
  });

  test("answer 404 for a user who is no contact", async () => {
    const [ann, ben] = await two();
    const input = { token: ann.token, params: params(ben) };
    for (const id of ["favoriteContact", "unfavoriteContact", "deleteContact", "getContact"] as const)
      expect((await attempt(id, input)).status, id).toBe(404);
    expect((await attempt("updateContact", { ...input, body: { nickname: "Ben" } })).status).toBe(404);
  });
});

test("deleteContact removes a contact, with its nickname and favorite", async () => {
  const [ann, ben] = await two();
  await add(ann, ben, "Benny");
  await call("favoriteContact", { token: ann.token, params: params(ben) });
  await call("deleteContact", { token: ann.token, params: params(ben) });
  expect(await listed(ann)).toEqual([]);
  expect((await attempt("deleteContact", { token: ann.token, params: params(ben) })).status).toBe(404);
  expect((await add(ann, ben)).body).toMatchObject({ nickname: null, is_favorite: false });
});

test("listContacts lists favorites first, then by nickname or name in any language, in pages", async () => {
  const ann = await newUser("ann");
  const made: Record<string, TestUser> = {};
  for (const [key, display_name, nickname] of [
    ["zoe", "Zoë", "Änne"],
    ["bob", "bob", undefined],
    ["carl", "Carl", undefined],
    ["wang", "王小明", undefined],
    ["yara", "Yara", undefined],
  ] as const) {
    const user = await newUser(key);
    await call("updateProfile", { token: user.token, body: { display_name } });
    await add(ann, user, nickname);
    made[key] = user;
  }
  const idOf = (key: string) => made[key]?.id ?? "";
  await call("favoriteContact", { token: ann.token, params: { contact_id: idOf("yara") } });
  const order = ["yara", "zoe", "bob", "carl", "wang"].map(idOf);
  expect(await listed(ann)).toEqual(order);
  const page = await call("listContacts", { token: ann.token, query: { page: 2, page_size: 2 } });
  expect(page.results.map((one) => one.id)).toEqual(order.slice(2, 4));
  expect(page.count).toBe(5);
  expect(page.next).toContain("page=3");
});
