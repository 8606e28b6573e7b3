import { randomUUID } from "node:crypto";
import { beforeAll, expect, test, vi } from "vitest";
import { directoryLimit } from "../../contract/users.ts";
import { call } from "../support/contract-client.ts";
import { metered, meteredWithStream } from "../support/control.ts";
import { internals } from "../support/internals.ts";
import { newUser, type TestUser } from "../support/people.ts";
import { untilIndexed } from "../support/search.ts";
import { target } from "../support/target.ts";

/**
 * A word in the names of more users than a search reads. They are seeded as the directory writes
 * them: to register them all would take minutes. They have entries and no profiles.
 */
const word = `q${randomUUID().replaceAll("-", "").slice(0, 10)}`;
const userCount = directoryLimit + 50;
let ann: TestUser;

beforeAll(async () => {
  const { awsUrl, operator, tableName } = target();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: awsUrl,
    AWS_REGION: operator.region,
    AWS_ACCESS_KEY_ID: operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
    TABLE_NAME: tableName,
  });
  const { filterValue, replaceDirectoryEntry } = await internals.directory();
  const put = (at: number) =>
    replaceDirectoryEntry(undefined, {
      userId: randomUUID(),
      name: `${word} ${String(at).padStart(4, "0")}`,
      words: [word, `n${at}${word}`],
      institution: filterValue(word),
    });
  for (let at = 0; at < userCount; at += 25)
    await Promise.all(Array.from({ length: 25 }, (_, more) => put(at + more)));
  ann = await newUser("ann");
  await call("updateProfile", {
    token: ann.token,
    body: { display_name: `Ann ${word}`, institution: word, role: word },
  });
  // The directory is written a moment later.
  await vi.waitFor(async () => expect((await search({ q: `ann ${word}` })).count).toBe(1), {
    timeout: 15_000,
  });
}, 120_000);

function search(query: Record<string, string | number>) {
  return call("searchUsers", { token: ann.token, query: { ...query, page_size: 1 } });
}

test("results are counted up to the bound", async () => {
  expect((await search({ q: word })).count).toBe(directoryLimit);
  const { count } = await call("filterUsers", { token: ann.token, query: { institution: word } });
  expect(count).toBe(directoryLimit);
});

test("a search finds all users of a list that ends, whichever it is", async () => {
  expect((await search({ q: `${word} n7${word}` })).count).toBe(1);
  expect((await search({ q: `ann ${word}` })).results.map((user) => user.id)).toEqual([ann.id]);
  const role = await search({ q: word, institution: word, role: word });
  expect(role.results.map((user) => user.id)).toEqual([ann.id]);
});

test("a change of the longest profile rewrites its entries for a bounded price, and names stay found", async () => {
  // Signs of four bytes: a profile holds no larger ones.
  const words = (count: number, seed: number) =>
    Array.from({ length: count }, (_, at) =>
      Array.from({ length: 10 }, (_, sign) =>
        String.fromCodePoint(0x13000 + ((seed * 977 + at * 31 + sign * 7) % 1000)),
      ).join(""),
    );
  const bob = await newUser("bob");
  const profileOf = (seed: number) => ({
    display_name: `${word}${seed} ${words(7, seed).join(" ")}`,
    first_name: words(8, seed + 1).join(" "),
    last_name: words(8, seed + 2).join(" "),
    role: words(8, seed + 3).join(" "),
    institution: words(16, seed + 4).join(" "),
    specialization: words(8, seed + 5).join(" "),
  });
  const change = (seed: number) =>
    meteredWithStream(async () => {
      await call("updateProfile", { token: bob.token, body: profileOf(seed) });
      await untilIndexed();
    });
  await change(1);
  const { operations } = await change(101);
  // The profile of 4 KB, and a transaction with two units for each of 29 items that are put and 28
  // that are deleted.
  expect(Object.values(operations).reduce((sum, counts) => sum + counts.wru, 0)).toBeLessThanOrEqual(120);
  expect((await search({ q: `${word}101` })).results.map((user) => user.id)).toEqual([bob.id]);
  const { institution, role } = profileOf(101);
  expect((await search({ q: `${word}101`, institution, role })).count).toBe(1);
});

test("a search costs no more than its bound, however many users match", async () => {
  const costOf = async (query: Record<string, string>): Promise<number> => {
    const { operations } = await metered(() => search(query));
    return Object.values(operations).reduce((sum, counts) => sum + counts.rru, 0);
  };
  // 1,001 entries of about 180 bytes at half a unit for each 4 KB, and a user.
  expect(await costOf({ q: word })).toBeLessThanOrEqual(40);
  expect(await costOf({ q: `n7${word}` })).toBeLessThanOrEqual(4);
});
