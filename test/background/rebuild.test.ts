import { randomUUID } from "node:crypto";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RebuildReport } from "../../contract/rebuilds.ts";
import { afterSeconds, emptyQueues, rebuild, until } from "../support/background.ts";
import { call } from "../support/contract-client.ts";
import { clearFaults, injectFault, listFaults, metered } from "../support/control.ts";
import { deleteItems, directoryItems, ownerOf, putItems } from "../support/directory-items.ts";
import { type Index, internals, keys } from "../support/internals.ts";
import { say } from "../support/messages.ts";
import { notificationsOf } from "../support/notifications.ts";
import { actAsFunction, clientOptions, countMessages, itemsAt } from "../support/operator.ts";
import { directRoom, groupRoom, newUsers, type TestUser, untilListed } from "../support/people.ts";
import { losePostings } from "../support/postings.ts";
import { type RunnerProcess, startRunnerProcess } from "../support/runner-process.ts";
import { find } from "../support/search.ts";
import { setTarget, target } from "../support/target.ts";

/** Seconds: longer than a queue hides a message of a function that ended without an answer. */
const hidden = 721;
/** Seconds: longer than a rebuild waits for a busy table. */
const busy = 31;

/** Parts of the table that a rebuild scans in parallel. */
const segments = 8;
const scan = { service: "dynamodb", action: "Scan", function: "tasks" } as const;

let runner: RunnerProcess;
const users: TestUser[] = [];
/** All users, with the two accounts that a new runner has. */
const allUsers = 10;

// A runner of its own: a rebuild scans all users that there are.
beforeAll(async () => {
  runner = await startRunnerProcess("--fresh", "--quiet");
  setTarget(runner.ready);
  users.push(...(await newUsers(8)));
  for (const { token, username } of users)
    await call("updateProfile", { token, body: { display_name: `Ann ${username}`, role: "Intern" } });
});
afterAll(async () => {
  await runner.stop();
});

let whole: Awaited<ReturnType<typeof directoryItems>>;

beforeEach(async () => {
  await afterSeconds(0);
  whole = await directoryItems();
});
afterEach(async () => {
  for (const { hits } of await listFaults()) expect(hits).toBeGreaterThan(0);
  await clearFaults();
  await emptyQueues();
});

/** Calls the function as an operator does. Throws the function's error. */
async function invoke(event: object): Promise<{ begun?: boolean; rebuilds: RebuildReport[] }> {
  const { FunctionError, Payload } = await new LambdaClient(clientOptions()).send(
    new InvokeCommand({
      FunctionName: target().outputs.RebuildFunctionName,
      Payload: JSON.stringify(event),
    }),
  );
  const answer = JSON.parse(Payload?.transformToString() ?? "");
  if (FunctionError) throw new Error(answer.errorMessage);
  return answer;
}

async function reportOf(): Promise<RebuildReport | undefined> {
  return (await invoke({})).rebuilds[0];
}
function untilEnded(): Promise<void> {
  return until(async () => (await reportOf())?.ended === true, "the rebuild has ended");
}

function itemsOf(user: TestUser | undefined) {
  return whole.filter((item) => ownerOf(item) === user?.id);
}
async function notificationItems({ id }: TestUser) {
  const { pk, sk: prefix } = keys.notification(id, "");
  return (await itemsAt(pk)).filter(({ sk }) => sk.startsWith(prefix)).map(({ sk }) => ({ pk, sk }));
}
function isEntry({ pk }: { pk: string }): boolean {
  return pk.startsWith(keys.directoryEntries);
}

describe("npm run rebuild -- --index directory", () => {
  test("restores missing entries and removes stale ones, while profiles change", async () => {
    const [ann, ben, cid, dee, eve] = users;
    if (!ann || !ben || !cid || !dee || !eve) throw new Error("Eight users were made.");
    const lost = [
      ...itemsOf(ann),
      ...itemsOf(ben).filter(isEntry),
      ...itemsOf(cid).filter((item) => !isEntry(item)),
    ];
    await deleteItems(lost);
    const [unknown, word] = [randomUUID(), `stale${randomUUID().slice(0, 8)}`];
    const stale = { name: word, words: word };
    await putItems([
      { ...keys.word(word, dee.id), ...stale },
      { ...keys.word(word, cid.id), ...stale },
      { ...keys.word(word, unknown), ...stale },
      { ...keys.listed("ALL", word, unknown), ...stale },
      { ...keys.directory(unknown), ...stale, version: 3 },
      ...itemsOf(dee)
        .filter(isEntry)
        .map((item) => ({ ...item, words: word })),
    ]);
    const found = async (q: string): Promise<string[]> =>
      (await call("searchUsers", { token: ann.token, query: { q } })).results.map(({ id }) => id).sort();
    expect(await found(word)).not.toEqual([]);
    expect(await found(ann.username)).toEqual([]);

    const running = rebuild("--index", "directory");
    let last = "";
    for (let count = 0; count < 10; count += 1) {
      last = `eve${randomUUID().slice(0, 8)}`;
      await call("updateProfile", { token: eve.token, body: { display_name: last } });
    }
    const { code, output } = await running;
    expect(code).toBe(0);
    expect(output).toMatch(/directory: rebuilt from \S+ to \S+, 10 users, [\d,]+ items read\n$/);

    await afterSeconds(0);
    const others = (items: typeof whole) => items.filter((item) => ownerOf(item) !== eve.id);
    expect(others(await directoryItems())).toEqual(others(whole));
    expect(await found(word)).toEqual([]);
    expect(await found(last)).toEqual([eve.id]);
    expect(await found(ann.username)).toEqual([ann.id]);
    expect((await rebuild()).output).toContain("directory: rebuilt from ");
  });

  test("writes nothing if all is right, and can be repeated", async () => {
    for (let count = 0; count < 2; count += 1) {
      const { calls } = await metered(() => rebuild("--index", "directory"));
      expect(calls.filter(({ function: name }) => name === "tasks").length).toBeGreaterThan(segments);
      expect(calls.filter(({ action }) => action === "TransactWriteItems")).toEqual([]);
      expect(await reportOf()).toMatchObject({ ended: true, done: allUsers });
    }
    expect(await directoryItems()).toEqual(whole);
  });

  test("refuses an unknown index, and unknown arguments", async () => {
    const refused = await rebuild("--index", "mail");
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringContaining("There is no index mail: there are directory, notifications, search."),
    });
    await expect(invoke({ index: "mail" })).rejects.toThrow("There is no index mail");
    expect((await rebuild("--idnex")).output).toContain("--index NAME");
    for (const args of [["--index"], ["--index="]])
      expect(await rebuild(...args)).toMatchObject({
        code: 1,
        output: expect.stringContaining(
          "--index needs the name of an index: there are directory, notifications, search.",
        ),
      });
  });
});

describe("a rebuild", () => {
  test("runs once: an operator who starts it again joins it, and each segment is scanned once", async () => {
    // The delay puts both tasks of each segment at the same place.
    await injectFault({ kind: "delay", delay_ms: 1000, times: 0, ...scan });
    const first = await invoke({ index: "directory" });
    const second = await invoke({ index: "directory" });
    expect([first.begun, second.begun]).toEqual([true, false]);
    expect(second.rebuilds[0]?.started_at).toBe(first.rebuilds[0]?.started_at);
    await untilEnded();
    await afterSeconds(0);
    expect(await reportOf()).toMatchObject({ done: allUsers, set_aside: 0 });
  });

  test("waits while the table is busy, and is not given up", async () => {
    await deleteItems(itemsOf(users[0]));
    await injectFault({ kind: "throttle", times: 0, ...scan });
    await invoke({ index: "directory" });
    await afterSeconds(0);
    expect(await countMessages("TasksQueueUrl")).toEqual({ visible: 0, inFlight: 0, delayed: segments });
    expect(await reportOf()).toMatchObject({ ended: false, scanned: 0, done: 0 });
    await clearFaults();
    await afterSeconds(busy);
    await untilEnded();
    expect(await directoryItems()).toEqual(whole);
  });

  for (const [what, fault] of [
    ["reading a page", { action: "Scan" }],
    ["rebuilding a user", { action: "TransactWriteItems" }],
    ["recording its progress", { action: "UpdateItem", pk: "REBUILD#" }],
  ] as const)
    test(`continues at its place if its function ended in ${what}`, async () => {
      await deleteItems(users.slice(0, 6).flatMap(itemsOf));
      await injectFault({ kind: "crash", service: "dynamodb", function: "tasks", ...fault });
      await invoke({ index: "directory" });
      await until(async () => (await listFaults())[0]?.hits === 1, "the function has ended");
      await afterSeconds(hidden);
      await untilEnded();
      expect(await reportOf()).toMatchObject({ done: allUsers, set_aside: 0 });
      expect(await directoryItems()).toEqual(whole);
    });

  test("sets aside a user who cannot be rebuilt, and retries automatically", async () => {
    const [ann] = users;
    await deleteItems(itemsOf(ann));
    await injectFault({
      kind: "lose",
      service: "dynamodb",
      action: "GetItem",
      pk: keys.directory(ann?.id ?? "").pk,
      sk: keys.directory("").sk,
      function: "tasks",
      times: 0,
    });
    expect((await rebuild("--index", "directory")).output).toContain("9 users");
    expect((await rebuild()).output).toContain("1 failed and are retried automatically");
    expect(await directoryItems()).not.toEqual(whole);
    await clearFaults();
    for (const pause of [5, 20, 80]) await afterSeconds(pause + 1);
    await until(
      async () => JSON.stringify(await directoryItems()) === JSON.stringify(whole),
      "they are in the directory again",
    );
    if (ann) await untilListed(ann, ann);
  });

  test("continues in several tasks if one has no time, even in the midst of a room", async () => {
    const [ann] = users;
    if (!ann) throw new Error("Eight users were made.");
    const rooms: string[] = [];
    for (let count = 0; count < 8; count += 1) rooms.push(await groupRoom(ann, []));
    // Runs the tasks here instead of in their function, since 100 seconds of work would be too long
    // for a test. The index takes two tasks for each room.
    actAsFunction();
    const { beginRebuild, getRebuild } = await internals.rebuilds();
    const { continueRebuild } = await internals.rebuild();
    const seen: string[] = [];
    const index: Index = {
      kind: "room",
      rebuild: async (id, after) => {
        seen.push(`${id} ${after}`);
        return after === undefined ? "half" : undefined;
      },
    };
    const name = "rooms-in-halves";
    await beginRebuild(name, { run: "run", items: 0, segments });
    const left = async () => (await getRebuild(name))?.left ?? [];
    for (let [segment] = await left(); segment !== undefined; [segment] = await left())
      await continueRebuild({ index: name, run: "run", segment }, () => false, index);
    expect(seen.sort()).toEqual(rooms.flatMap((id) => [`${id} half`, `${id} undefined`]).sort());
    const places = (await getRebuild(name))?.places ?? [];
    expect(places.reduce((sum, place) => sum + place.done, 0)).toBe(rooms.length);
  });
});

describe("npm run rebuild", () => {
  test("-- --index search finds messages again, and -- --index notifications notifies of them again", async () => {
    const [ann, ben] = users;
    if (!ann || !ben) throw new Error("Eight users were made.");
    const room = await directRoom(ann, ben);
    for (const content of ["The quarterly figures", "More figures"]) await say(ann, room, content);
    await say(ann, room, `Are they in, @${ben.username}?`);
    await call("createContact", { token: ann.token, body: { user_id: ben.id } });
    await afterSeconds(0);
    const notified = await notificationsOf(ben);
    expect(notified.map(({ type }) => type)).toEqual(["contact_request", "mention", "new_message"]);
    await losePostings(room);
    await deleteItems(await notificationItems(ben));
    expect(await find(ben, room, "figures")).toEqual([]);
    expect(await notificationsOf(ben)).toEqual([]);

    expect((await rebuild("--index", "search")).output).toMatch(/search: rebuilt from .*, \d+ rooms?, /);
    expect(await find(ben, room, "figures")).toEqual(["More figures", "The quarterly figures"]);
    expect(await notificationsOf(ben)).toEqual([]);
    const { code, output } = await rebuild("--index", "notifications");
    expect(output).toMatch(/notifications: rebuilt from .*, 10 users, /);
    expect(code).toBe(0);
    expect(await notificationsOf(ben)).toEqual(notified);
  });
});
