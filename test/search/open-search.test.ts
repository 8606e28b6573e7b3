import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { afterSeconds, until } from "../support/background.ts";
import { attempt, call } from "../support/contract-client.ts";
import { advanceClock } from "../support/control.ts";
import { internals } from "../support/internals.ts";
import { edit, remove, say } from "../support/messages.ts";
import { type OpenSearch, startOpenSearch } from "../support/open-search.ts";
import { actAsFunction } from "../support/operator.ts";
import { directRoom, groupRoom, newUsers, type TestUser } from "../support/people.ts";
import { termsOfRoom } from "../support/postings.ts";
import { type RunnerProcess, startRunnerProcess } from "../support/runner-process.ts";
import { find, findAnywhere, nextOf, searchPage, untilIndexed } from "../support/search.ts";
import { setTarget } from "../support/target.ts";

let openSearch: OpenSearch;
let runner: RunnerProcess;
let ann: TestUser;
let ben: TestUser;
let cid: TestUser;

beforeAll(async () => {
  openSearch = await startOpenSearch();
  runner = await startRunnerProcess(
    ...["--fresh", "--quiet"],
    ...["-c", `openSearchEndpoint=${openSearch.url}`],
    ...["-c", "openSearchDomainArn=arn:aws:es:us-east-1:000000000000:domain/chat"],
  );
  setTarget(runner.ready);
  const [one, other, third] = await newUsers(3);
  if (!one || !other || !third) throw new Error("Three users were asked for.");
  [ann, ben, cid] = [one, other, third];
});
afterAll(async () => {
  await runner.stop();
  openSearch.stop();
});
afterEach(() => {
  expect(openSearch.calls.filter((one) => / (?:403|405)$|_search 400$/.test(one))).toEqual([]);
});

type Found = Awaited<ReturnType<typeof attempt<"searchMessages">>>;

function documentsOf(room: string) {
  return [...openSearch.documents.values()].filter((document) => document.room === room);
}

test("messages are found by an OpenSearch as by the table: signed, with their own mapping", async () => {
  const room = await groupRoom(ann, [ben]);
  expect(await find(ann, room, "before")).toEqual([]);
  await say(ann, room, "Grüße aus 北京大学 🎉");
  const second = await say(ben, room, "Second thoughts", { message_type: "case" });
  await untilIndexed();
  expect(openSearch.mappings).toMatchObject({ dynamic: "strict" });
  expect(await termsOfRoom(room)).toEqual({});
  expect(documentsOf(room)).toHaveLength(2);
  for (const q of ["grusse", "京大", '"grüße aus"', "🎉", "GRÜ"])
    expect(await find(ben, room, q), q).toEqual(["Grüße aus 北京大学 🎉"]);
  expect(await find(ben, room, "thoughts", { sender: ben.id, message_type: "case" })).toHaveLength(1);
  expect(await find(ben, room, "thoughts", { sender: ann.id })).toEqual([]);
  expect(await find(ben, room, "thoughts", { to: "2020-01-01" })).toEqual([]);
  await edit(ben, second, "Third thoughts");
  await untilIndexed();
  expect(await find(ann, room, "second")).toEqual([]);
  expect(await find(ann, room, "third")).toEqual(["Third thoughts"]);
  await remove(ben, second);
  await untilIndexed();
  expect(documentsOf(room)).toHaveLength(1);
});

test("pages of all rooms continue at the end of the one before", async () => {
  const rooms = [await groupRoom(cid, []), await directRoom(cid, ann)];
  const said: string[] = [];
  for (let at = 0; at < 7; at += 1) {
    await say(cid, rooms[at % 2] ?? "", `Page ${at}`);
    said.unshift(`Page ${at}`);
  }
  await untilIndexed();
  const found: string[] = [];
  for (let query: Record<string, string> | undefined = { q: "page", page_size: "3" }; query; ) {
    const answer: Found = await attempt("searchMessages", { token: cid.token, query });
    found.push(...answer.body.map(({ content }) => content));
    query = nextOf(answer.headers);
  }
  expect(found).toEqual(said);
  const page = await searchPage(cid, rooms[0] ?? "", { q: "page", page_size: 4 });
  expect(page).toMatchObject({ count: 4, results: [{ content: "Page 6" }, {}, {}, { content: "Page 0" }] });
});

test("OpenSearch decides nothing: a foreign, removed or changed message is not shown", async () => {
  const room = await groupRoom(ann, [ben]);
  const kept = await say(ann, room, "A kept word");
  await say(ann, room, "A brief word", { expires_in: 60 });
  await untilIndexed();
  const refusal = { token: cid.token, params: { room_id: room }, query: { q: "word" } };
  expect((await attempt("searchRoomMessages", refusal)).status).toBe(403);
  const [document] = documentsOf(room);
  if (!document) throw new Error("A message was indexed.");
  openSearch.put(`${room}-9`, { ...document, seq: 9 });
  openSearch.put(`${room}-${kept.seq}`, { ...document, terms: ["word", "other"] });
  expect(await find(ben, room, "word")).toEqual(["A brief word", "A kept word"]);
  expect(await find(ben, room, "other")).toEqual([]);
  expect(await findAnywhere(cid, "word")).toEqual([]);
  await advanceClock(61_000);
  expect(await find(ben, room, "word")).toEqual(["A kept word"]);
});

test("if OpenSearch is busy, a message is indexed later, and a search is refused for a moment", async () => {
  const room = await groupRoom(ann, [ben]);
  await say(ann, room, "Warm up");
  await untilIndexed();
  openSearch.fail("/parley-messages/_bulk", 429, 1);
  await say(ann, room, "After a pause");
  await until(async () => documentsOf(room).length === 2, "the second is indexed");
  openSearch.refuseDocuments(1);
  await say(ann, room, "From the tasks queue");
  await until(async () => documentsOf(room).length === 3, "the third is indexed");
  openSearch.fail("/parley-messages/_search", 503, 3);
  const refused = await attempt("searchMessages", { token: ann.token, query: { q: "pause" } });
  expect(refused.problem).toMatchObject({ status: 503, code: "unavailable" });
  expect(refused.headers.get("retry-after")).toBe("1");
  openSearch.hangUp(3);
  expect((await attempt("searchMessages", { token: ann.token, query: { q: "pause" } })).status).toBe(503);
  expect(await findAnywhere(ann, "pause")).toEqual(["After a pause"]);
});

test("functions that know a deleted index make it again, with its mapping", async () => {
  const room = await groupRoom(ann, [ben]);
  const deleted = await say(ann, room, "Before the deletion");
  await untilIndexed();
  openSearch.deleteIndex();
  expect(await find(ann, room, "deletion")).toEqual([]);
  await say(ann, room, "After the deletion");
  await untilIndexed();
  expect(openSearch.mappings).toMatchObject({ dynamic: "strict" });
  expect(await find(ann, room, "deletion")).toEqual(["After the deletion"]);
  openSearch.deleteIndex();
  await remove(ann, deleted);
  await untilIndexed();
  expect(openSearch.documents.size).toBe(0);
});

test("the documents of a deleted room are removed, and a rebuild makes lost ones again", async () => {
  const [room, other] = [await groupRoom(ann, [ben]), await groupRoom(ann, [ben])];
  for (const content of ["One tale", "Two tales"]) await say(ann, other, content);
  const deleted = await say(ann, other, "No tale");
  await say(ann, room, "A tale to go");
  await untilIndexed();
  await remove(ann, deleted);
  await untilIndexed();
  await call("deleteRoom", { token: ann.token, params: { room_id: room } });
  await afterSeconds(61);
  expect(documentsOf(room)).toEqual([]);

  const expected = documentsOf(other);
  const [one] = expected;
  openSearch.lose();
  openSearch.put(`${other}-${deleted.seq}`, { ...one, seq: deleted.seq });
  openSearch.put(`${other}-77`, { ...one, seq: 77 });
  actAsFunction();
  process.env.OPENSEARCH_ENDPOINT = openSearch.url;
  process.env.AWS_SESSION_TOKEN = "local";
  const { rebuildSearch } = await internals.searchRebuild();
  expect(await rebuildSearch(other, undefined, () => true)).toBeUndefined();
  expect(documentsOf(other)).toEqual(expected);
});
