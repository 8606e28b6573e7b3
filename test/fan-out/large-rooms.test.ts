import { afterAll, beforeAll, expect, test } from "vitest";
import { call } from "../support/contract-client.ts";
import {
  type Listener,
  type LoadRunner,
  type LoadUser,
  listenAll,
  seqsOf,
  startLoadRunner,
} from "../support/load.ts";

/** More users than are posted to without the queue. */
const peopleCount = 250;
/** The most connections that a user may have. A few users have them. */
const connectionsAtMost = 20;
const withMost = 5;
/**
 * Connections of each other user: enough for several pages of posts. `CONNECTIONS_EACH=20` tries
 * the room with 5,000 connections.
 */
const connectionsEach = Number(process.env.CONNECTIONS_EACH ?? 3);
const connectionCount = withMost * connectionsAtMost + (peopleCount - withMost) * connectionsEach;
const minutes = 60_000;

let load: LoadRunner;
let people: LoadUser[];
let roomId: string;
let listeners: Listener[];
beforeAll(async () => {
  load = await startLoadRunner();
  people = await load.newUsers(peopleCount);
  listeners = [
    ...(await listenAll(people.slice(0, withMost), connectionsAtMost)),
    ...(await listenAll(people.slice(withMost), connectionsEach)),
  ];
  const [ann] = people;
  const body = { room_type: "group", name: "Assembly", participant_ids: people.map(({ id }) => id) };
  roomId = (await call("createRoom", { token: ann?.token, body })).id;
}, 10 * minutes);
afterAll(async () => {
  await load.stop();
});

async function send(sender: LoadUser | undefined, content: string): Promise<number> {
  return (await call("sendMessage", { token: sender?.token, params: { room_id: roomId }, body: { content } }))
    .seq;
}

/** Returns how many connections have got at least `count` messages. */
function withMessages(count: number): number {
  return listeners.filter((listener) => seqsOf(listener, roomId).length >= count).length;
}

test(
  `sendMessage reaches each of ${connectionCount} connections of a room once`,
  async () => {
    expect(listeners).toHaveLength(connectionCount);
    const [ann, ben] = people;
    // One after the other: each connection gets them in their order.
    const inSequence: number[] = [];
    for (const sender of [ann, ben]) inSequence.push(await send(sender, `message ${inSequence.length}`));
    await expect.poll(() => withMessages(2), { timeout: 3 * minutes, interval: 200 }).toBe(connectionCount);
    expect(listeners.filter((listener) => seqsOf(listener, roomId).join() !== inSequence.join())).toEqual([]);

    // At the same time: their order is not defined, and each connection gets each message once.
    const atOnce = await Promise.all([ann, ben, ann].map((sender) => send(sender, "at once")));
    await expect.poll(() => withMessages(5), { timeout: 3 * minutes, interval: 200 }).toBe(connectionCount);
    const all = [...inSequence, ...atOnce].sort((one, other) => one - other);
    expect(
      listeners.filter(
        (listener) =>
          seqsOf(listener, roomId)
            .sort((one, other) => one - other)
            .join() !== all.join(),
      ),
    ).toEqual([]);
  },
  8 * minutes,
);
