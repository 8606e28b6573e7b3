import { randomUUID } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import type { OperationId } from "../../contract/operations.ts";
import { attempt, call } from "../support/contract-client.ts";
import { directRoom, groupRoom, newUser, newUsers, type TestUser } from "../support/people.ts";

type Listing = Extract<OperationId, "listUsers" | "searchUsers" | "filterUsers">;

function find(viewer: TestUser, id: Listing, query: Record<string, string | number>) {
  return call(id, { token: viewer.token, query });
}

function idsOf(page: { readonly results: readonly { readonly id: string }[] }) {
  return page.results.map((user) => user.id);
}

/** Waits until the directory, which is written a moment after the profiles, finds these users. */
function finds(
  viewer: TestUser,
  id: Listing,
  query: Record<string, string>,
  users: readonly TestUser[],
): Promise<void> {
  return vi.waitFor(
    async () => {
      const page = await find(viewer, id, query);
      expect(idsOf(page)).toEqual(users.map((user) => user.id));
      expect(page.count).toBe(users.length);
    },
    { timeout: 15_000 },
  );
}

async function named(profile: Record<string, string | null>): Promise<TestUser> {
  const user = await newUser("u");
  await call("updateProfile", { token: user.token, body: profile });
  return user;
}

/** Returns a word that no other test has. */
function ownWord(): string {
  return `q${randomUUID().replaceAll("-", "").slice(0, 12)}`;
}

describe("searchUsers", () => {
  test("finds by the prefix of any word of name, username, role and institution, all of them combined", async () => {
    const word = ownWord();
    const ann = await named({
      first_name: "Ann-Sofie",
      last_name: "Lindström",
      role: "MBBS Student",
      institution: `${word} Institute of Medical Sciences`,
    });
    const ben = await named({ display_name: "Ben Lind", role: "Intern", institution: `The ${word}` });
    await finds(ann, "searchUsers", { q: word }, [ann, ben]);
    await finds(ann, "searchUsers", { q: `${word.slice(0, 9).toUpperCase()} lindstr` }, [ann]);
    await finds(ann, "searchUsers", { q: `sofie ${word}` }, [ann]);
    await finds(ann, "searchUsers", { q: `LIND ${word}` }, [ann, ben]);
    await finds(ann, "searchUsers", { q: `stu med ${word}` }, [ann]);
    await finds(ann, "searchUsers", { q: `${ben.username.slice(2)} int` }, [ben]);
    await finds(ann, "searchUsers", { q: `ind ${word}` }, []);
    await finds(ann, "searchUsers", { q: `${word} unrelated` }, []);
  });

  const names: readonly (readonly [name: string, typed: string])[] = [
    ["أحمد محمود", "احم"],
    ["王小明", "小明"],
    ["रोहन शर्मा", "शर्म"],
    ["Jörg Müßigbrodt", "muss"],
    ["İrem Işık", "isik"],
    ["Nguyễn Thị Hồng", "hong nguyen"],
  ];
  for (const [name, typed] of names)
    test(`finds ${name} by ${typed}`, async () => {
      const institution = ownWord();
      const user = await named({ display_name: name, institution });
      await named({ display_name: "Other User", institution });
      await finds(user, "searchUsers", { q: typed, institution }, [user]);
    });

  test("finds a user by the present profile, and no longer by a former name", async () => {
    const [before, after] = [ownWord(), ownWord()];
    const ann = await named({ display_name: before, role: before });
    await finds(ann, "searchUsers", { q: before }, [ann]);
    await finds(ann, "filterUsers", { role: before }, [ann]);
    await call("updateUser", {
      token: ann.token,
      params: { user_id: ann.id },
      body: { display_name: after, role: null },
    });
    await finds(ann, "searchUsers", { q: after }, [ann]);
    await finds(ann, "searchUsers", { q: before }, []);
    await finds(ann, "filterUsers", { role: before }, []);
  });

  test("agrees with the profile after many concurrent changes", async () => {
    const ann = await newUser();
    const words = Array.from({ length: 12 }, ownWord);
    await Promise.all(
      words.map((word) =>
        call("updateProfile", { token: ann.token, body: { display_name: word, institution: word } }),
      ),
    );
    const { display_name: last } = await call("getProfile", { token: ann.token });
    await finds(ann, "searchUsers", { q: last }, [ann]);
    for (const word of words.filter((one) => one !== last)) {
      await finds(ann, "searchUsers", { q: word }, []);
      await finds(ann, "filterUsers", { institution: word }, []);
    }
  });

  test("requires a word, and takes signs for none", async () => {
    const ann = await newUser();
    for (const query of [{}, { q: " " }, { q: "x".repeat(101) }])
      expect((await attempt("searchUsers", { token: ann.token, query })).status).toBe(400);
    expect((await find(ann, "searchUsers", { q: "%_*#" })).count).toBe(0);
  });
});

describe("filterUsers, and listUsers", () => {
  test("combine role, institution and specialization, each compared as a whole, case and accents aside", async () => {
    const word = ownWord();
    const institution = `Universität ${word}`;
    const cardiology = { specialization: "Cardiology", institution };
    const ann = await named({ display_name: "Ann", role: "Intern", ...cardiology });
    const ben = await named({ display_name: "Ben", role: "GP", ...cardiology });
    const cid = await named({ display_name: "Cid", role: "GP", institution });
    await finds(ann, "filterUsers", { institution: `universitat  ${word.toUpperCase()}` }, [ann, ben, cid]);
    await finds(ann, "listUsers", { institution, role: "gp" }, [ben, cid]);
    await finds(ann, "filterUsers", { institution, role: "GP", specialization: "CARDIOLOGY" }, [ben]);
    // No username has it: a random one may begin with a, but has no n.
    await finds(ann, "searchUsers", { q: "an", institution, specialization: "cardiology" }, [ann]);
    // A part of the institution is another one.
    await finds(ann, "filterUsers", { institution: "Universität" }, []);
    await finds(ann, "filterUsers", { institution, role: "G" }, []);
  });

  test("list in pages by name, and count all", async () => {
    const institution = ownWord();
    const users: TestUser[] = [];
    for (const display_name of ["Ärne", "bodil", "Cid", "Dee", "émil"])
      users.push(await named({ display_name, institution }));
    const [ann] = users;
    if (!ann) throw new Error("Five users were made.");
    await finds(ann, "listUsers", { institution }, users);
    const page = await find(ann, "listUsers", { institution, page: 2, page_size: 2 });
    expect(idsOf(page)).toEqual(users.slice(2, 4).map((user) => user.id));
    expect(page.count).toBe(5);
    expect(page.next).toContain("page=3");
    expect(page.previous).toContain("page=1");
    const last = await call("listUsers", {
      token: ann.token,
      query: Object.fromEntries(new URL(page.next ?? "").searchParams),
    });
    expect(idsOf(last)).toEqual([users[4]?.id]);
    expect(last.next).toBeNull();
  });

  test("list all users without a filter, up to a bound", async () => {
    const [ann] = await newUsers(2);
    const page = await call("listUsers", { token: ann?.token, query: { page_size: 2 } });
    expect(page.results).toHaveLength(2);
    expect(page.count).toBeLessThanOrEqual(1000);
    expect((await call("filterUsers", { token: ann?.token, query: { page_size: 2 } })).results).toEqual(
      page.results,
    );
  });
});

test("lists show the addresses of the viewer, of contacts and of users who share an existing room, and no other", async () => {
  const institution = ownWord();
  const users: TestUser[] = [];
  for (const display_name of ["Ann", "Ben", "Cid", "Dee", "Eve", "Fay"])
    users.push(await named({ display_name, institution }));
  const [ann, ben, cid, dee, eve, fay] = users;
  if (!ann || !ben || !cid || !dee || !eve || !fay) throw new Error("Six users were made.");
  await call("createContact", { token: ann.token, body: { user_id: ben.id } });
  await call("createContact", { token: fay.token, body: { user_id: ann.id } });
  await directRoom(cid, ann);
  await groupRoom(ann, [dee, cid]);
  const left = await groupRoom(ann, [eve, dee]);
  await finds(ann, "filterUsers", { institution }, users);
  const emails = async (viewer: TestUser) =>
    (await find(viewer, "filterUsers", { institution })).results.map((user) => user.email);
  expect(await emails(ann)).toEqual([...[ann, ben, cid, dee, eve].map(({ email }) => email), null]);
  expect(await emails(eve)).toEqual([ann.email, null, null, dee.email, eve.email, null]);
  await call("deleteRoom", { token: ann.token, params: { room_id: left } });
  expect(await emails(ann)).toEqual([ann.email, ben.email, cid.email, dee.email, null, null]);
  expect(await emails(eve)).toEqual([null, null, null, null, eve.email, null]);

  const blocked = async () =>
    (await call("listContacts", { token: ann.token, query: { blocked: "true" } })).results.map(
      ({ contact }) => contact.email,
    );
  for (const { id } of [dee, eve])
    await call("blockContact", { token: ann.token, params: { contact_id: id } });
  expect(await blocked()).toEqual([dee.email, null]);
});
