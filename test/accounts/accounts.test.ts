import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { advanceClock } from "../support/control.ts";
import { newUser, password } from "../support/people.ts";

function freshName() {
  return `name-${randomUUID().slice(0, 8)}`;
}

describe("register", () => {
  test("creates an account that can log in at once in the dev stage", async () => {
    const username = freshName();
    const email = `${username}@Example.com`;
    const { user, confirmed } = await call("register", {
      body: { username, email, password, first_name: "Ann", last_name: "Lee", role: "Intern" },
    });
    expect(confirmed).toBe(true);
    expect(user).toMatchObject({
      username,
      email: email.toLowerCase(),
      full_name: "Ann Lee",
      display_name: "Ann Lee",
      role: "Intern",
      is_verified: false,
    });
    const { user: again } = await call("login", { body: { username: username.toUpperCase(), password } });
    expect(again.id).toBe(user.id);
  });

  test("refuses a username and an e-mail address that are taken", async () => {
    const ann = await newUser("ann");
    const sameName = await attempt("register", {
      body: { username: ann.username.toUpperCase(), email: `${freshName()}@example.com`, password },
    });
    expect(sameName).toMatchObject({ status: 409, body: { code: "conflict" } });
    const username = freshName();
    const sameMail = await attempt("register", { body: { username, email: ann.email, password } });
    expect(sameMail).toMatchObject({ status: 409, body: { code: "conflict" } });
    // The refused registration keeps its username for a minute: another call for the address may be
    // about to use it.
    await advanceClock(61_000);
    const other = await attempt("register", {
      body: { username, email: `${username}@example.com`, password },
    });
    expect(other.status).toBe(201);
  });

  test("takes a username whose compared form can be mentioned, and keeps it as it is given", async () => {
    const register = (username: string) =>
      attempt("register", { body: { username, email: `${freshName()}@example.com`, password } });
    for (const none of ["½x", "ﷺ", "x⒈", "ﬀ".repeat(26)]) {
      const { status, problem } = await register(none);
      expect([none, status, problem.errors?.map((error) => error.path)]).toEqual([none, 400, ["username"]]);
    }
    const name = freshName();
    expect(await register(`ﬁ-${name}`)).toMatchObject({
      status: 201,
      body: { user: { username: `ﬁ-${name}` } },
    });
    expect(await register(`fi-${name}`)).toMatchObject({ status: 409 });
  });

  test("names all problems of a body at once", async () => {
    const { status, problem } = await attempt("register", {
      body: { username: "-", email: "no-address", password: "", bio: 7 },
    });
    expect(status).toBe(400);
    expect(problem.errors?.map((error) => error.path).sort()).toEqual([
      "bio",
      "email",
      "password",
      "username",
    ]);
  });

  test("refuses a password that the pool does not take, with the reason", async () => {
    const username = freshName();
    const { status, problem } = await attempt("register", {
      body: { username, email: `${username}@example.com`, password: "short" },
    });
    expect(status).toBe(400);
    expect(problem.errors).toMatchObject([{ path: "password" }]);
  });
});

describe("login", () => {
  test("answers alike for a wrong password and an unknown account", async () => {
    const ann = await newUser("ann");
    const wrong = await attempt("login", { body: { email: ann.email, password: "not it at all" } });
    const unknown = await attempt("login", { body: { email: `${freshName()}@example.com`, password } });
    const unknownName = await attempt("login", { body: { username: freshName(), password } });
    for (const { status, body } of [wrong, unknown, unknownName]) {
      expect(status).toBe(401);
      expect(body).toMatchObject({ code: "invalid_credentials", detail: wrong.problem.detail });
    }
  });

  test("refuses a body without an e-mail address and a username", async () => {
    const { status, problem } = await attempt("login", { body: { password } });
    expect(status).toBe(400);
    expect(problem.errors).toHaveLength(1);
  });
});

describe("refresh and logout", () => {
  test("a refresh token gives new tokens until its session is ended", async () => {
    const ann = await newUser("ann");
    const tokens = await call("refresh", { body: { refresh_token: ann.refreshToken } });
    expect(tokens.user.id).toBe(ann.id);
    await call("getProfile", { token: tokens.access_token });
    await call("logout", { token: tokens.access_token, body: { refresh_token: tokens.refresh_token } });
    const ended = await attempt("refresh", { body: { refresh_token: tokens.refresh_token } });
    expect(ended).toMatchObject({ status: 401, body: { code: "invalid_credentials" } });
    // Ending it twice is no error.
    await call("logout", { token: tokens.access_token, body: { refresh_token: tokens.refresh_token } });
  });

  test("a text that is no refresh token is refused", async () => {
    const { status } = await attempt("refresh", { body: { refresh_token: "not-a-token" } });
    expect(status).toBe(401);
  });
});

describe("getProfile and updateProfile", () => {
  test("takes the access token and the id token", async () => {
    const ann = await newUser("ann");
    for (const token of [ann.token, ann.idToken])
      expect((await call("getProfile", { token })).email).toBe(ann.email);
  });

  test("changes the given fields, empties those that are null, and leaves the rest", async () => {
    const ann = await newUser("ann");
    await call("updateProfile", {
      token: ann.token,
      body: { bio: "Hello", institution: "Here", is_verified: true },
    });
    const changed = await call("updateProfile", { token: ann.token, body: { bio: null, first_name: "Ann" } });
    expect(changed).toMatchObject({ bio: null, institution: "Here", first_name: "Ann", is_verified: false });
    expect(await call("getProfile", { token: ann.token })).toEqual(changed);
  });

  test("refuses a value that is too long, and a URL that is none", async () => {
    const ann = await newUser("ann");
    const { status, problem } = await attempt("updateProfile", {
      token: ann.token,
      body: { display_name: "x".repeat(101), profile_picture: "javascript:alert(1)" },
    });
    expect(status).toBe(400);
    expect(problem.errors?.map((error) => error.path).sort()).toEqual(["display_name", "profile_picture"]);
  });
});

describe("createWebSocketTicket", () => {
  test("gives a ticket that lasts a minute", async () => {
    const ann = await newUser("ann");
    const { expires_in, ticket } = await call("createWebSocketTicket", { token: ann.token });
    expect(expires_in).toBe(60);
    expect(ticket.length).toBeGreaterThan(30);
  });
});
