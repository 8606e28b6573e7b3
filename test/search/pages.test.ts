import { beforeAll, describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { type MeterReport, metered } from "../support/control.ts";
import { placeOf, shortDigest } from "../support/internals.ts";
import { edit, say } from "../support/messages.ts";
import { directRoom, groupRoom, type TestUser, three } from "../support/people.ts";
import { seedPostings } from "../support/postings.ts";
import { nextOf, searchPage, untilIndexed } from "../support/search.ts";

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;

beforeAll(async () => {
  [ann, ben, cid] = await three();
});

function queryOf(url: string): Record<string, string> {
  return Object.fromEntries(new URL(url).searchParams);
}

type Query = Record<string, string | number>;
type Found = Awaited<ReturnType<typeof attempt<"searchMessages">>>;

/** Returns all results of a search in all rooms, page by page; runs `between` after each answer. */
async function walk(
  user: TestUser,
  query: Query,
  between: () => Promise<unknown> = async () => {},
): Promise<string[]> {
  const found: string[] = [];
  for (let next: Query | undefined = query; next; ) {
    const answer: Found = await attempt("searchMessages", { token: user.token, query: next });
    expect(answer.status).toBe(200);
    found.push(...answer.body.map(({ content }) => content));
    next = nextOf(answer.headers);
    await between();
  }
  return found;
}

async function walkRoom(
  user: TestUser,
  room: string,
  query: Query,
  between: () => Promise<unknown> = async () => {},
): Promise<{ found: string[]; counts: number[] }> {
  const [found, counts]: [string[], number[]] = [[], []];
  for (let next: Query | undefined = query; next; ) {
    const page: Awaited<ReturnType<typeof searchPage>> = await searchPage(user, room, next);
    expect(page.previous).toBeNull();
    found.push(...page.results.map(({ content }) => content));
    counts.push(page.count);
    next = page.next === null ? undefined : queryOf(page.next);
    await between();
  }
  return { found, counts };
}

/** Returns the read units of a search in one room. */
function unitsOf(operations: MeterReport["operations"]): number {
  const counts = operations["GET /api/chat/rooms/{id}/messages/search"];
  if (!counts) throw new Error("The meter knows of no search.");
  return counts.rru;
}

describe("searchRoomMessages", () => {
  test("continues without repeats or gaps while messages arrive and change, and counts its results", async () => {
    const room = await groupRoom(ann, [ben]);
    const sent = [];
    for (let at = 1; at <= 7; at += 1) sent.push(await say(ann, room, `Note ${at} of many`));
    await say(ann, room, "Nothing of the kind");
    await untilIndexed();
    let further = 0;
    const { found, counts } = await walkRoom(ben, room, { q: "note many", page_size: 3 }, async () => {
      further += 1;
      await say(ben, room, `Note later ${further} of many`);
      await untilIndexed();
    });
    expect(found).toEqual([7, 6, 5, 4, 3, 2, 1].map((at) => `Note ${at} of many`));
    expect(counts).toEqual([3, 6, 7]);
    if (sent[5]) await edit(ann, sent[5], "Changed");
    expect((await walkRoom(ben, room, { q: '"of many"', page_size: 2 })).found).toHaveLength(9);
  });

  test("reads a limited number of messages for one answer, and continues in the next, if hardly any match", async () => {
    const room = await groupRoom(ann, [ben]);
    const wanted = await say(ann, room, "A needle");
    await untilIndexed();
    const later = Array.from({ length: 3500 }, (_, at) =>
      placeOf(Date.parse(wanted.timestamp) + 1 + at, 2 + at),
    );
    await seedPostings(room, "needle", later, ben.id);
    const { operations } = await metered(async () => {
      const page = await searchPage(ann, room, { q: '"needle"', sender: ann.id });
      expect(page).toMatchObject({ count: 0, results: [], next: expect.stringContaining("cursor=") });
    });
    const read = unitsOf(operations);
    expect(read).toBeLessThan(90);
    expect(await walkRoom(ann, room, { q: '"needle"', sender: ann.id })).toEqual({
      found: ["A needle"],
      counts: [0, 1],
    });
  });

  test("finds all words with a prefix, however many there are, each once, in one room and in all", async () => {
    const [room, other] = [await groupRoom(cid, []), await groupRoom(cid, [])];
    const letters = [..."abcdefghijklmnopqrstuvwxyz"];
    const said = letters.map((letter) => `Con${letter}word`);
    const more = ["conaword and conzword", "consword, contword, conaaword"];
    await Promise.all([...said, ...more].map((content) => say(cid, room, content)));
    await Promise.all(["conaword too", "conzzword"].map((content) => say(cid, other, content)));
    await untilIndexed();
    const all = [...said, ...more].sort();
    for (const page_size of [50, 7]) {
      const { found, counts } = await walkRoom(cid, room, { q: "con", page_size });
      expect(found.sort()).toEqual(all);
      expect(counts.at(-1)).toBe(all.length);
      const everywhere = await walk(cid, { q: "con", page_size });
      expect(everywhere.sort()).toEqual([...all, "conaword too", "conzzword"].sort());
    }
  });

  test("reads about as much, however many messages came before", async () => {
    const rooms = [await directRoom(ann, ben), await directRoom(ann, cid)];
    const costs: number[] = [];
    for (const [place, room] of rooms.entries()) {
      // So many messages ago that the common word has to be read again from there.
      await say(ann, room, "Rare word here");
      for (let at = 0; at < (place === 0 ? 35 : 70); at += 1) await say(ann, room, `Common word ${at}`);
      for (let at = 0; at < 3; at += 1) await say(ann, room, "Rare word here");
      await untilIndexed();
      for (const q of ["rare", "word rare"]) {
        const { operations } = await metered(async () => {
          expect((await searchPage(ann, room, { q })).count).toBe(4);
        });
        costs.push(unitsOf(operations));
      }
    }
    expect(costs.slice(2)).toEqual(costs.slice(0, 2));
  });
});

describe("searchMessages", () => {
  test("merges all rooms, the newest message first, and links to the next page", async () => {
    const rooms = [await groupRoom(ann, [ben]), await directRoom(ann, ben), await groupRoom(ben, [ann])];
    const said: string[] = [];
    for (let at = 0; at < 9; at += 1) {
      const content = `Walk ${at}`;
      await say(ben, rooms[at % 3] ?? "", content);
      said.unshift(content);
    }
    await untilIndexed();
    expect(await walk(ann, { q: "walk" })).toEqual(said);
    let further = 0;
    const found = await walk(ann, { q: "walk", page_size: 2 }, async () => {
      further += 1;
      await say(ben, rooms[further % 3] ?? "", `Walk later ${further}`);
      await untilIndexed();
    });
    expect(found).toEqual(said);
    const { body, headers } = await attempt("searchMessages", {
      token: ann.token,
      query: { q: "walk later", page_size: 50 },
      slash: true,
    });
    expect(body).toHaveLength(further);
    expect(headers.get("link")).toBeNull();
  });

  test("shows messages of the same moment once, wherever a page ends", async () => {
    const rooms = [await groupRoom(cid, []), await groupRoom(cid, []), await groupRoom(cid, [])];
    await Promise.all(Array.from({ length: 12 }, (_, at) => say(cid, rooms[at % 3] ?? "", `Moment ${at}`)));
    await untilIndexed();
    for (const page_size of [1, 5])
      expect((await walk(cid, { q: "moment", page_size })).sort()).toEqual(
        Array.from({ length: 12 }, (_, at) => `Moment ${at}`).sort(),
      );
  });
});

describe("a search is refused", () => {
  const refused: readonly (readonly [query: Query, path: string])[] = [
    [{}, "q"],
    [{ q: "  " }, "q"],
    [{ q: "x".repeat(101) }, "q"],
    [{ q: "?! #" }, "q"],
    [{ q: '"of the"' }, "q"],
    [{ q: "who are you" }, "q"],
    [{ q: "word", from: "yesterday" }, "from"],
    [{ q: "word", from: "2026-02-30" }, "from"],
    [{ q: "word", to: "2026-01-31T25:00:00Z" }, "to"],
    [{ q: "word", from: "2026-02-01", to: "2026-01-31" }, "to"],
    [{ q: "word", message_type: "letter" }, "message_type"],
    [{ q: "word", sender: "" }, "sender"],
    [{ q: "word", page_size: 51 }, "page_size"],
    [{ q: "word", page_size: 0 }, "page_size"],
  ];
  for (const [query, path] of refused)
    test(`for ${JSON.stringify(query)}`, async () => {
      const room = await groupRoom(ann, []);
      const answers = [
        await attempt("searchMessages", { token: ann.token, query }),
        await attempt("searchRoomMessages", { token: ann.token, params: { room_id: room }, query }),
      ];
      for (const { problem } of answers) {
        expect(problem).toMatchObject({ status: 400, code: "invalid_input" });
        expect(problem.errors?.map((one) => one.path)).toContain(path);
      }
    });

  /**
   * Returns a forged cursor of ann's searches for "cursor", in a room or in all, in the right
   * encoding.
   */
  const madeUp = (roomId: string | null, text: string): string => {
    const name = JSON.stringify([ann.id, roomId, "cursor", null, null, null, null]);
    return `${shortDigest(`${name}\n${text}`)}${Buffer.from(text).toString("base64url")}`;
  };

  test("with a forged cursor whose content is impossible", async () => {
    const room = await groupRoom(ann, []);
    await say(ann, room, "Cursor");
    const start = { at: 1, roomId: room, seq: 1 };
    const texts = [
      "no json",
      "null",
      "[]",
      ...[
        {},
        { count: "x" },
        { count: -1 },
        { count: 0, position: {} },
        { count: 0, position: null },
        { count: 0, position: { ...start, at: "x" } },
        { count: 0, position: { ...start, at: 1e15 } },
        { count: 0, position: { ...start, roomId: 5 } },
        { count: 0, position: { ...start, seq: 1.5 } },
        { count: 0, group: {} },
        { count: 0, group: { first: 5 } },
        { count: 0, group: { first: "", after: "x" } },
        { count: 0, words: "x" },
        { count: 0, words: { after: 5 } },
        { count: 0, words: { after: "zzzz" } },
        { count: 0, words: { after: `cursor${"s".repeat(1100)}` } },
        { count: 0, words: { after: "cursor\ud800" } },
        { count: 0, words: { upTo: "curses" } },
      ].map((state) => JSON.stringify(state)),
    ];
    for (const text of texts) {
      const queryIn = (roomId: string | null): Query => ({ q: "cursor", cursor: madeUp(roomId, text) });
      const params = { room_id: room };
      const answers = [
        await attempt("searchRoomMessages", { token: ann.token, params, query: queryIn(room) }),
        await attempt("searchMessages", { token: ann.token, query: queryIn(null) }),
      ];
      for (const { problem } of answers) expect(problem.code, text).toBe("invalid_cursor");
    }
    // A possible one, behind all words that exist.
    const behindAll = JSON.stringify({ count: 0, words: { after: "cursor\u{10ffff}s" } });
    const page = await searchPage(ann, room, { q: "cursor", cursor: madeUp(room, behindAll) });
    expect([page.results, page.next]).toEqual([[], null]);
  });

  test("with a cursor that was altered, or is of another search, room or user", async () => {
    const [room, other] = [await groupRoom(ann, [ben]), await groupRoom(ann, [ben])];
    for (let at = 0; at < 3; at += 1) await say(ann, room, "Cursor");
    await untilIndexed();
    const { next } = await searchPage(ann, room, { q: "cursor", page_size: 1 });
    const cursor = queryOf(next ?? "").cursor ?? "";
    const refusal = async (user: TestUser, room_id: string, query: Query): Promise<string> =>
      (await attempt("searchRoomMessages", { token: user.token, params: { room_id }, query })).problem.code;
    const altered = `${cursor.slice(0, -2)}${cursor.endsWith("A") ? "B" : "A"}`;
    for (const wrong of ["1", "nonsense", `${cursor}x`, altered, Buffer.from("{}").toString("base64")])
      expect(await refusal(ann, room, { q: "cursor", cursor: wrong }), wrong).toBe("invalid_cursor");
    expect(await refusal(ann, room, { q: "other", cursor })).toBe("invalid_cursor");
    expect(await refusal(ann, room, { q: "cursor", cursor, sender: ann.id })).toBe("invalid_cursor");
    expect(await refusal(ann, other, { q: "cursor", cursor })).toBe("invalid_cursor");
    expect(await refusal(ben, room, { q: "cursor", cursor })).toBe("invalid_cursor");
    const everywhere = await attempt("searchMessages", { token: ann.token, query: { q: "cursor", cursor } });
    expect(everywhere.problem.code).toBe("invalid_cursor");
    expect(await refusal(cid, room, { q: "cursor" })).toBe("forbidden");
    // The same search, in pages of another size.
    const page = await call("searchRoomMessages", {
      token: ann.token,
      params: { room_id: room },
      query: { q: "cursor", cursor, page_size: 10 },
    });
    expect([page.count, page.results.length, page.next]).toEqual([3, 2, null]);
  });
});
