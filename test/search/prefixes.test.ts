/** The cost of a search for a prefix of many words, which must still find all messages. */
import { beforeAll, expect, test } from "vitest";
import { attempt } from "../support/contract-client.ts";
import { type Counts, metered } from "../support/control.ts";
import { say } from "../support/messages.ts";
import { groupRoom, newUsers, type TestUser } from "../support/people.ts";
import { nextOf, untilIndexed } from "../support/search.ts";

const letters = [..."abcdefghij"];
const lonely = 3;
let ann: TestUser;
let rooms: string[];

/**
 * Creates ten rooms of one message each: the same ten words, and ten of the room's own. One room
 * has one more message.
 */
beforeAll(async () => {
  const [one] = await newUsers(1);
  if (!one) throw new Error("A user was asked for.");
  ann = one;
  rooms = await Promise.all(letters.map(() => groupRoom(ann, [])));
  await Promise.all(
    rooms.map((room, at) => {
      const shared = letters.map((letter) => `sa${letter}me`);
      const own = letters.map((letter) => `ow${letter}${letters[at]}`);
      return say(ann, room, ["Common", ...shared, ...own].join(" "));
    }),
  );
  await say(ann, rooms[lonely] ?? "", "A lonely sample");
  await untilIndexed();
});

type Query = Record<string, string | number>;
type Found = Awaited<ReturnType<typeof attempt<"searchMessages">>>;

/** Returns the rooms of all results, page by page. */
async function roomsFound(query: Query): Promise<string[]> {
  const found: string[] = [];
  for (let next: Query | undefined = query; next; ) {
    const answer: Found = await attempt("searchMessages", { token: ann.token, query: next });
    found.push(...answer.body.map(({ room }) => room));
    next = nextOf(answer.headers);
  }
  return found.sort();
}

/** Returns the cost of the first answer. */
async function costOf(query: Query): Promise<Counts> {
  const { operations } = await metered(() => attempt("searchMessages", { token: ann.token, query }));
  const counts = operations["GET /api/chat/search/messages"];
  if (!counts) throw new Error("The meter knows of no search.");
  return counts;
}

/** Read units of a search that finds nothing in any of these rooms: a head and a word for each. */
const idle = letters.length * (0.5 + 0.5);
/** Read units of a message that is shown, with its room, and of all that is not per room. */
const shown = 8;

test("beside a rare word, a prefix is looked up only in the rooms that have the word", async () => {
  const { rru } = await costOf({ q: "lonely s", page_size: 1 });
  // 11 words are listed, and each of them is read.
  expect(rru).toBeLessThan(idle + shown + 12);
  expect(await roomsFound({ q: "lonely s" })).toEqual([rooms[lonely]]);
});

test("beside a common word, a prefix is looked up in as many rooms as an answer needs", async () => {
  const { rru } = await costOf({ q: "common s", page_size: 1 });
  expect(rru).toBeLessThan(idle + shown + 5 * 11);
  expect(await roomsFound({ q: "common s", page_size: 3 })).toEqual([...rooms].sort());
  expect(await roomsFound({ q: "common owb", page_size: 3 })).toEqual([...rooms].sort());
  expect(await roomsFound({ q: "common owbc" })).toEqual([rooms[2]]);
});

test("a prefix of many words is looked up by as many of them as an answer needs", async () => {
  for (const q of ["s", "o"]) {
    const { rru } = await costOf({ q, page_size: 1 });
    // 20 words are read, and hardly more are listed.
    expect(rru, q).toBeLessThan(idle + shown + 25);
  }
  expect(await roomsFound({ q: "o" })).toEqual([...rooms].sort());
  expect(await roomsFound({ q: "s", page_size: 12 })).toEqual([...rooms, rooms[lonely]].sort());
});
