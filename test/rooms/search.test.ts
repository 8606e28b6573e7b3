import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { metered } from "../support/control.ts";
import { newRosterItems } from "../support/internals.ts";
import { directRoom, newUser, newUsers, type TestUser, three, two } from "../support/people.ts";
import { seedItems } from "../support/seed-items.ts";

async function named(creator: TestUser, room_type: string, name: string, others: TestUser[] = []) {
  return (
    await call("createRoom", {
      token: creator.token,
      body: { room_type, name, participant_ids: others.map((other) => other.id) },
    })
  ).id;
}

describe("listPublicRooms", () => {
  test("finds active public rooms by name, for any user", async () => {
    const [ann, ben] = await two();
    const word = `Wörd${randomUUID().slice(0, 8)}`;
    const [roomTwo, roomOne] = [
      await named(ann, "public", `${word} Two`),
      await named(ann, "public", `${word} One`),
    ];
    await named(ann, "group", `${word} Three`);
    const find = (q: string, query = {}) =>
      call("listPublicRooms", { token: ben.token, query: { q, ...query } });
    const ids = async (q: string): Promise<string[]> => (await find(q)).results.map((room) => room.id);

    for (const q of [word.toUpperCase(), word.replace("ö", "o")])
      expect([q, await ids(q)]).toEqual([q, [roomOne, roomTwo]]);
    expect(await ids(`two  ${word.replace("ö", "o")}`)).toEqual([roomTwo]);
    const page = await find(word, { page_size: 1, page: 2 });
    expect(page).toMatchObject({
      count: 2,
      next: null,
      results: [{ id: roomTwo, me: null, unread_count: 0 }],
    });
    expect(page.results[0]?.participants).toMatchObject([{ id: ann.id, email: null }]);
    expect(page.previous).toContain("page=1");
    const all = await call("listPublicRooms", { token: ben.token, query: { page_size: 100 } });
    expect(all.count).toBeGreaterThanOrEqual(2);

    await call("updateRoom", { token: ann.token, params: { room_id: roomTwo }, body: { name: `${word} A` } });
    expect(await ids(word)).toEqual([roomTwo, roomOne]);
    await call("archiveRoom", { token: ann.token, params: { room_id: roomTwo } });
    expect(await ids(word)).toEqual([roomOne]);
    await call("updateRoom", { token: ann.token, params: { room_id: roomTwo }, body: { name: `${word} Z` } });
    expect(await ids(word)).toEqual([roomOne]);
    await call("activateRoom", { token: ann.token, params: { room_id: roomTwo } });
    expect(await ids(word)).toEqual([roomOne, roomTwo]);
    await call("joinRoom", { token: ben.token, params: { room_id: roomTwo } });
    expect((await find(`${word} z`)).results).toMatchObject([{ id: roomTwo, me: { role: "member" } }]);
    await call("deleteRoom", { token: ann.token, params: { room_id: roomOne } });
    expect(await ids(word)).toEqual([roomTwo]);
    expect((await attempt("listPublicRooms", { token: ben.token, query: { q: "" } })).status).toBe(400);
    expect((await attempt("listPublicRooms", { token: ben.token, query: { page_size: 101 } })).status).toBe(
      400,
    );
  });
});

describe("searchRooms", () => {
  test("finds the caller's own rooms by name and by their members", async () => {
    const [ann, ben, cid] = await three();
    const dora = await newUser("dora");
    await call("updateProfile", { token: dora.token, body: { first_name: "Dóra", last_name: "Kovács" } });
    const alpha = await named(ann, "project", "Project Alpha", [ben]);
    const long = await named(ann, "group", `${"名".repeat(90)} alpha`, [ben, dora]);
    const withDora = await directRoom(ann, dora);
    await named(cid, "project", "Project Alpha", [dora]);
    const find = async (q: string, by = ann): Promise<string[]> =>
      (await call("searchRooms", { token: by.token, query: { q } })).map((room) => room.id).sort();

    expect(await find("ALPHA")).toEqual([alpha, long].sort());
    expect(await find("dóra kov")).toEqual([long, withDora].sort());
    expect(await find(dora.username)).toEqual([long, withDora].sort());
    expect(await find(dora.email.slice(0, 10))).toEqual([long, withDora].sort());
    expect(await find(ann.username)).toEqual([]);
    expect(await find("no user of this name")).toEqual([]);
    const [room] = await call("searchRooms", { token: ann.token, query: { q: "project" } });
    expect(room).toEqual(await call("getRoom", { token: ann.token, params: { room_id: alpha } }));

    await call("deleteRoom", { token: ann.token, params: { room_id: alpha } });
    expect(await find("alpha")).toEqual([long]);
    expect(await find("alpha", ben)).toEqual([long]);
    for (const query of [{}, { q: "  " }, { q: "q".repeat(101) }])
      expect((await attempt("searchRooms", { token: ann.token, query })).problem.errors).toMatchObject([
        { path: "q" },
      ]);
  });

  test("finds them by words in any order and place, without regard to case and accents", async () => {
    const [ann, ben] = await two();
    await call("updateProfile", { token: ben.token, body: { first_name: "Jürgen", last_name: "Müller" } });
    const body = { room_type: "group", name: "Röntgen Größe", tags: ["İstanbul"], participant_ids: [ben.id] };
    const { id: tagged } = await call("createRoom", { token: ann.token, body });
    const street = await named(ann, "group", "Lange Straße");
    const pair = await directRoom(ann, ben);
    const find = async (q: string): Promise<string[]> =>
      (await call("searchRooms", { token: ann.token, query: { q } })).map((room) => room.id).sort();

    for (const q of ["rontgen", "GRÖSSE", "istanbul", "grosse rönt", "müller röntgen ISTANBUL"])
      expect([q, await find(q)]).toEqual([q, [tagged]]);
    for (const q of ["strasse", "STRASSE lange"]) expect([q, await find(q)]).toEqual([q, [street]]);
    for (const q of ["müller jürgen", "Jurgen  Muller"])
      expect([q, await find(q)]).toEqual([q, [tagged, pair].sort()]);
    // Each word must be found; and an accent alone is no word.
    for (const q of ["röntgen strasse", "\u0301"]) expect([q, await find(q)]).toEqual([q, []]);
  });

  test("finds rooms by a tag, in its present form", async () => {
    const [ann, ben] = await two();
    const create = async (further: Record<string, unknown>): Promise<string> =>
      (
        await call("createRoom", {
          token: ann.token,
          body: { room_type: "group", participant_ids: [ben.id], ...further },
        })
      ).id;
    const tagged = await create({ name: "One", tags: ["Cardiology", "Ärzte Köln"] });
    const other = await create({ name: "Two", description: "Nothing of cardiology" });
    const find = async (q: string, by = ben): Promise<string[]> =>
      (await call("searchRooms", { token: by.token, query: { q } })).map((room) => room.id).sort();

    for (const q of ["cardiology", "CARDIO", "ärzte kö"]) expect(await find(q)).toEqual([tagged]);
    const change = (room_id: string, body: Record<string, unknown>) =>
      call("updateRoom", { token: ann.token, params: { room_id }, body });
    await change(other, { tags: ["cardiology"] });
    expect(await find("cardiology")).toEqual([tagged, other].sort());
    await change(tagged, { tags: ["Surgery"] });
    expect(await find("cardiology")).toEqual([other]);
    expect(await find("surgery")).toEqual([tagged]);
    const stranger = await newUser();
    expect(await find("surgery", stranger)).toEqual([]);
  });

  test("finds every direct room by the other member, and other rooms by 1,000 users of the latest rooms", async () => {
    const [ann, ben, cid] = await three();
    const direct = await directRoom(ann, ben);
    const old = await named(ann, "group", "Old", [ben, cid]);
    const find = async ({ username }: TestUser): Promise<string[]> =>
      (await call("searchRooms", { token: ann.token, query: { q: username } })).map((room) => room.id);
    expect(await find(ben)).toEqual([old, direct]);
    expect(await find(cid)).toEqual([old]);

    const joinedAt = new Date().toISOString();
    for (let full = 0; full < 5; full += 1) {
      const roomId = await named(ann, "group", "Full");
      const others = Array.from({ length: 200 }, () => randomUUID());
      const members = others.map((userId) => ({ userId, role: "member" as const, joinedAt }));
      await seedItems(newRosterItems(roomId, members).rosters);
    }
    expect(await find(ben)).toEqual([old, direct]);
    expect(await find(cid)).toEqual([]);
  });

  test("costs half a unit more for each room that has tags, and nothing for others", async () => {
    const [ann] = await newUsers(1);
    if (!ann) throw new Error("no users");
    const search = async (): Promise<number> => {
      const { operations } = await metered(() =>
        call("searchRooms", { token: ann.token, query: { q: "nothing is called so" } }),
      );
      return operations["GET /api/chat/search/rooms"]?.rru ?? Number.NaN;
    };
    const create = (tags: string[]) =>
      call("createRoom", { token: ann.token, body: { room_type: "group", name: "A room", tags } });
    for (let count = 0; count < 4; count += 1) await create([]);
    const without = await search();
    for (let count = 0; count < 4; count += 1) await create(["Cardiology"]);
    // Head and roster of a room cost half a unit each, and so do its tags.
    expect(await search()).toBe(without + 4 * 1.5);
  });
});
