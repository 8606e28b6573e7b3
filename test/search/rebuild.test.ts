import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import type { Message } from "../../contract/objects/message.ts";
import { call } from "../support/contract-client.ts";
import { internals, placeOf } from "../support/internals.ts";
import { edit, remove, say } from "../support/messages.ts";
import { actAsFunction } from "../support/operator.ts";
import { directRoom, groupRoom, type TestUser, two } from "../support/people.ts";
import { losePostings, seedPosting, termsOfRoom } from "../support/postings.ts";
import { find, untilIndexed } from "../support/search.ts";

let ann: TestUser;
let ben: TestUser;
let rebuildSearch: Awaited<ReturnType<typeof internals.searchRebuild>>["rebuildSearch"];

beforeAll(async () => {
  [ann, ben] = await two();
  // Calls the rebuild itself: the operators' command has a function of its own.
  actAsFunction();
  ({ rebuildSearch } = await internals.searchRebuild());
});

/**
 * Rebuilds step by step, each in a call of its own, as if none had time for more. Runs `between`
 * after each. Returns the number of steps.
 */
async function rebuild(room: string, between: () => Promise<unknown> = async () => {}): Promise<number> {
  let steps = 0;
  for (let cursor: string | undefined, isOver = false; !isOver; steps += 1) {
    cursor = await rebuildSearch(room, cursor, () => false);
    isOver = cursor === undefined;
    await between();
  }
  return steps;
}

function at({ timestamp, seq }: Message): string {
  return placeOf(Date.parse(timestamp), seq);
}

test("lost postings are written again, and false ones are removed, while members send messages", async () => {
  const room = await groupRoom(ann, [ben]);
  const sent: Message[] = [];
  for (let seq = 1; seq <= 60; seq += 1) sent.push(await say(ann, room, `Report ${seq} is ready`));
  const [first, second, third, fourth] = sent;
  if (!first || !second || !third || !fourth) throw new Error("Messages were sent.");
  await remove(ann, second);
  await untilIndexed();
  await losePostings(room);
  expect(await find(ben, room, "report")).toEqual([]);
  await seedPosting(room, "planted", at(first), ann.id);
  await seedPosting(room, "report", at(second), ann.id);
  await seedPosting(room, "report", placeOf(Date.parse(first.timestamp) + 1, first.seq), ann.id);
  await seedPosting(room, "report", placeOf(Date.now(), 400), ann.id);

  let round = 0;
  const steps = await rebuild(room, async () => {
    round += 1;
    await say(ben, room, `Report later ${round} is ready`);
    if (round === 1) await edit(ann, third, "Summary instead");
    if (round === 2) await remove(ann, fourth);
    if (round === 2)
      await call("restoreMessage", {
        token: ann.token,
        params: { room_id: room, message_id: second.id },
      });
  });
  expect(steps).toBeGreaterThan(2);
  await untilIndexed();
  const said = new Map<number, string[]>(
    [...sent, ...(await later(room))].map(({ seq, content }) => [seq, content.toLowerCase().split(" ")]),
  );
  said.set(third.seq, ["summary", "instead"]);
  said.delete(fourth.seq);
  const expected = Object.fromEntries(
    [...said].map(([seq, words]) => [seq, words.filter((word) => word !== "is").sort()]),
  );
  expect(await termsOfRoom(room)).toEqual(expected);
});

/** Returns the messages of the room after its first sixty. */
async function later(room_id: string): Promise<Message[]> {
  return (
    await call("listMessages", {
      token: ann.token,
      params: { room_id },
      query: { after: 60, page_size: 100 },
    })
  ).results;
}

test("a second rebuild changes nothing, nor do two at once", async () => {
  const room = await groupRoom(ann, [ben]);
  await say(ann, room, "Twice told tale");
  await untilIndexed();
  const before = await termsOfRoom(room);
  await Promise.all([rebuild(room), rebuild(room)]);
  expect(await rebuildSearch(room, undefined, () => true)).toBeUndefined();
  expect(await termsOfRoom(room)).toEqual(before);
});

test("a message that is edited during a rebuild is found by its last content", async () => {
  const room = await groupRoom(ann, [ben]);
  const message = await say(ann, room, "Version 0");
  const edits = async (): Promise<void> => {
    for (let version = 1; version <= 12; version += 1)
      await edit(ann, message, `Version ${version} ${version % 2 === 0 ? "even" : "odd"}`);
  };
  const rebuilds = async (): Promise<void> => {
    for (let time = 0; time < 12; time += 1) await rebuild(room);
  };
  await Promise.all([edits(), rebuilds()]);
  await untilIndexed();
  await rebuild(room);
  expect(await termsOfRoom(room)).toEqual({ 1: ["12", "even", "version"] });
});

test("a rebuild makes nothing of a room that is deleted, below its floor, or unknown", async () => {
  const room = await directRoom(ann, ben);
  await say(ann, room, "Before the floor");
  await untilIndexed();
  await call("deleteRoom", { token: ann.token, params: { room_id: room } });
  await rebuild(room);
  await directRoom(ann, ben);
  await say(ann, room, "Above the floor");
  await untilIndexed();
  await rebuild(room);
  expect(await termsOfRoom(room)).toEqual({ 2: ["above", "floor"] });
  expect(await rebuild(randomUUID())).toBe(1);
});
