import { marshall } from "@aws-sdk/util-dynamodb";
import { itemSize } from "stack-emulator/item-size";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call } from "../support/contract-client.ts";
import { type MeterReport, metered } from "../support/control.ts";
import {
  type Listener,
  type LoadRunner,
  type LoadUser,
  listenAll,
  seqsOf,
  startLoadRunner,
} from "../support/load.ts";
import { itemsOfRoom } from "../support/operator.ts";

/**
 * Members: enough to show whether a cost grows with the room. `LARGE_ROOM=10000` measures the
 * promised limit.
 */
const size = Number(process.env.LARGE_ROOM ?? 600);
const connectedCount = 20;
const addedAtOnce = 250;
const minutes = 60_000;

let load: LoadRunner;
let people: LoadUser[];
let ann: LoadUser;
let newcomer: LoadUser;
let roomId: string;
let listeners: Listener[];
beforeAll(async () => {
  load = await startLoadRunner();
  const [first, second, ...rest] = await load.newUsers(size + 1);
  if (!first || !second) throw new Error("no people");
  [ann, newcomer, people] = [first, second, rest];
  const body = { room_type: "public", name: "A".repeat(100) };
  roomId = (await call("createRoom", { token: ann.token, body })).id;
  for (let at = 0; at < people.length; at += addedAtOnce)
    await call("addParticipants", {
      token: ann.token,
      params: { room_id: roomId },
      body: { user_ids: people.slice(at, at + addedAtOnce).map(({ id }) => id) },
    });
  listeners = await listenAll(people.slice(-connectedCount), 1);
}, 20 * minutes);
afterAll(async () => {
  await load.stop();
});

function units({ operations }: MeterReport): { rru: number; wru: number } {
  return {
    rru: Object.values(operations).reduce((sum, counts) => sum + counts.rru, 0),
    wru: Object.values(operations).reduce((sum, counts) => sum + counts.wru, 0),
  };
}

/**
 * Returns the cost of some work, and prints it. docs/decisions has the costs of the largest room.
 */
async function costOf(what: string, work: () => Promise<unknown>) {
  const cost = units(await metered(work));
  console.info(`${size} members, ${what}: ${cost.rru} RRU, ${cost.wru} WRU`);
  return cost;
}

test(`a room of ${size} members, ${connectedCount} of them connected, stays within its budgets`, async () => {
  const params = { room_id: roomId };
  const send = () => call("sendMessage", { token: ann.token, params, body: { content: "名".repeat(400) } });
  const sending = await costOf("a message of 1,200 bytes", send);
  // A message of more than 1 KB is two units.
  expect(sending.wru).toBe(4);
  expect(sending.rru).toBeLessThanOrEqual(30);
  await expect
    .poll(() => listeners.map((one) => seqsOf(one, roomId).join()))
    .toEqual(listeners.map(() => "1"));

  // The answer of joinRoom shows 100 members of the room.
  const joining = await costOf("joining", () => call("joinRoom", { token: newcomer.token, params }));
  expect(joining.wru).toBeLessThanOrEqual(20);
  expect(joining.rru).toBeLessThanOrEqual(125);
  expect((await call("getRoom", { token: ann.token, params })).participant_count).toBe(size + 1);
  const leaving = await costOf("leaving", () => call("leaveRoom", { token: newcomer.token, params }));
  expect(leaving.wru).toBeLessThanOrEqual(20);
  expect(leaving.rru).toBeLessThanOrEqual(12);
  for (const page of [1, size / 50]) {
    const query = { page, page_size: 50 };
    const reading = await costOf(`participants, page ${page}`, () =>
      call("listParticipants", { token: ann.token, params, query }),
    );
    expect(reading.rru).toBeLessThanOrEqual(62);
  }
});

test("no item of the room outgrows the table's limit, and the head stays under 1 KB", async () => {
  const items = await itemsOfRoom(roomId);
  const sizes = items.map((item) => itemSize(marshall(item)));
  expect(items.filter(({ sk }) => sk.startsWith("MEMBER#"))).toHaveLength(size);
  expect(items.filter(({ sk }) => sk.startsWith("CONNECTED#"))).toHaveLength(connectedCount);
  expect(Math.max(...sizes)).toBeLessThan(400 * 1024);
  expect(sizes[items.findIndex(({ sk }) => sk === "HEAD")]).toBeLessThan(1024);
});
