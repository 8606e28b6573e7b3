import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { directRoom, groupRoom, newAdministrator, newUser, two } from "../support/people.ts";

describe("getUser", () => {
  test("shows a user's profile, and no e-mail address to a stranger", async () => {
    const [ann, ben] = await two();
    const seen = await call("getUser", { token: ann.token, params: { user_id: ben.id } });
    expect(seen).toEqual({ ...(await call("getProfile", { token: ben.token })), email: null });
    expect((await call("getUser", { token: ann.token, params: { user_id: ann.id } })).email).toBe(ann.email);
  });

  test("shows the address to a user who has them as a contact, and not to the contact", async () => {
    const [ann, ben] = await two();
    await call("createContact", { token: ann.token, body: { user_id: ben.id } });
    const get = async (viewer: typeof ann, user: typeof ann) =>
      (await call("getUser", { token: viewer.token, params: { user_id: user.id } })).email;
    expect(await get(ann, ben)).toBe(ben.email);
    expect(await get(ben, ann)).toBeNull();
    await call("deleteContact", { token: ann.token, params: { contact_id: ben.id } });
    expect(await get(ann, ben)).toBeNull();
  });

  test("shows the address to a user who shares a room of any type, until it is deleted", async () => {
    const [ann, ben] = await two();
    const get = async () => (await call("getUser", { token: ann.token, params: { user_id: ben.id } })).email;
    for (const open of [directRoom, (one: typeof ann, other: typeof ann) => groupRoom(one, [other])]) {
      const room_id = await open(ann, ben);
      expect(await get()).toBe(ben.email);
      await call("deleteRoom", { token: ann.token, params: { room_id } });
      expect(await get()).toBeNull();
    }
  });

  test("answers 404 for an unknown user", async () => {
    const ann = await newUser();
    const answer = await attempt("getUser", { token: ann.token, params: { user_id: randomUUID() } });
    expect([answer.status, answer.problem.detail]).toEqual([404, "User not found"]);
  });
});

describe("updateUser", () => {
  test("changes the caller's own profile, as updateProfile does, with the same rules", async () => {
    const [ann] = await two();
    const params = { user_id: ann.id };
    const body = {
      display_name: "Ann",
      role: "Intern",
      bio: null,
      is_verified: true,
      email: "x@example.com",
    };
    const changed = await call("updateUser", { token: ann.token, params, body });
    expect(changed).toMatchObject({
      display_name: "Ann",
      role: "Intern",
      bio: null,
      is_verified: false,
      email: ann.email,
    });
    expect(await call("getProfile", { token: ann.token })).toEqual(changed);
    const long = await attempt("updateUser", { token: ann.token, params, body: { bio: "x".repeat(501) } });
    expect([long.status, long.problem.errors?.[0]?.path]).toEqual([400, "bio"]);
  });

  test("refuses another user's profile", async () => {
    const [ann, ben] = await two();
    const input = { token: ann.token, params: { user_id: ben.id }, body: { display_name: "Not Ben" } };
    expect((await attempt("updateUser", input)).status).toBe(403);
    expect((await call("getProfile", { token: ben.token })).display_name).toBe(ben.username);
  });
});

describe("updateVerification", () => {
  test("is allowed to administrators, by either of their tokens", async () => {
    const [ann, ben] = await two();
    const admin = await newAdministrator();
    const params = { user_id: ben.id };
    const refused = await attempt("updateVerification", {
      token: ann.token,
      params,
      body: { is_verified: true },
    });
    expect([refused.status, refused.problem.code]).toEqual([403, "forbidden"]);
    for (const [token, is_verified] of [
      [admin.token, true],
      [admin.idToken, false],
    ] as const) {
      const verified = await call("updateVerification", { token, params, body: { is_verified } });
      expect(verified).toMatchObject({ id: ben.id, is_verified, email: null });
      expect((await call("getUser", { token: ann.token, params })).is_verified).toBe(is_verified);
    }
  });

  test("lasts until a verified field changes, and answers 404 for an unknown user", async () => {
    const [, ben] = await two();
    const names = { first_name: "Ben", last_name: "Lee" };
    await call("updateProfile", { token: ben.token, body: { ...names, role: "Intern" } });
    const admin = await newAdministrator();
    const verify = (user_id: string) =>
      attempt("updateVerification", {
        token: admin.token,
        params: { user_id },
        body: { is_verified: true },
      });
    expect((await verify(ben.id)).status).toBe(200);
    const change = async (body: object) =>
      (await call("updateProfile", { token: ben.token, body })).is_verified;
    expect(await change({ bio: "Here", profile_picture: "https://example.com/ben.png" })).toBe(true);
    // As clients with a form do: they send all fields back, with one new word.
    const shown = await call("getProfile", { token: ben.token });
    expect(shown).toMatchObject({ is_verified: true, display_name: "Ben Lee", specialization: null });
    expect(await change({ ...shown, bio: "Still here" })).toBe(true);
    for (const body of [
      { last_name: "Meier" },
      { display_name: "Prof. Lee" },
      { role: "Chief Physician" },
      { institution: "Charité" },
      { specialization: "Cardiology" },
      { role: null },
    ]) {
      expect((await verify(ben.id)).status).toBe(200);
      expect(await change({ ...body, bio: "New" })).toBe(false);
      expect(await call("getProfile", { token: ben.token })).toMatchObject({ ...body, is_verified: false });
    }
    expect((await verify(randomUUID())).status).toBe(404);
  });

  test("no user registers as an administrator", async () => {
    // Neither the username nor any field that a user can choose makes a user an administrator.
    const ann = await newUser("admins");
    await call("updateProfile", { token: ann.token, body: { role: "admins", display_name: "[admins]" } });
    const { status } = await attempt("listReports", { token: ann.token });
    expect(status).toBe(403);
  });
});
