import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { call } from "../../support/contract-client.ts";
import { advanceClock, clearFaults, injectFault } from "../../support/control.ts";
import { directRoom, groupRoom, newUsers, type TestUser } from "../../support/people.ts";
import { newRandom, type Random } from "../../support/random.ts";
import { connect } from "../../support/socket-client.ts";
import { actOnce, type Places } from "./actor.ts";
import { type ChatClient, newChatClient } from "./chat-client.ts";
import { fetchFresh, type RoomView, viewOfHeld } from "./view.ts";

/** PARLEY_RESUME_SEED repeats a run that failed. */
const seed = Number(process.env.PARLEY_RESUME_SEED ?? 20_261_121);
const deedsEach = Number(process.env.PARLEY_RESUME_DEEDS ?? 16);

/** Connections of a user at most: the server closes the oldest when one more opens. */
const connectionLimit = 20;

/** Milliseconds. An idle machine needs a tenth of it. */
const slowMachine = 180_000;

afterEach(clearFaults);

async function setScene(people: readonly TestUser[]): Promise<{ places: Places; rooms: string[] }> {
  const [ann, ben, cid, dan] = people;
  if (!ann || !ben || !cid || !dan) throw new Error("Too few people.");
  const [one, two, all, club, square] = await Promise.all([
    directRoom(ann, ben),
    directRoom(cid, dan),
    groupRoom(ann, people.slice(1)),
    groupRoom(ann, [ben, cid]),
    call("createRoom", { token: ann.token, body: { room_type: "public", name: "Square" } }),
  ]);
  return {
    places: { publicRoom: square.id, club, people: people.map((user) => user.id) },
    rooms: [one, two, all, club, square.id],
  };
}

/** Breaks a client's connection again and again, until `isOver`. */
async function dropAtRandom(client: ChatClient, random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await sleep(100 + random.below(900));
    client.link?.drop();
  }
}

/**
 * Opens connections until the server closes a user's oldest one. A ticket opens none if the answer
 * to its deletion is lost.
 */
async function fillConnections(user: TestUser): Promise<void> {
  const others = await Promise.allSettled(Array.from({ length: connectionLimit + 3 }, () => connect(user)));
  await Promise.all(others.map((one) => (one.status === "fulfilled" ? one.value.close() : undefined)));
}

function viewsOf(client: ChatClient): Map<string, RoomView> {
  return new Map([...client.rooms].map(([roomId, room]) => [roomId, viewOfHeld(room, client.user.id)]));
}

function sorted(views: ReadonlyMap<string, RoomView>): RoomView[] {
  return [...views.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

/**
 * Returns the data that two devices of one user agree on. A read on one device reaches the other
 * only with its next page.
 */
function sharedByDevices(client: ChatClient) {
  return sorted(viewsOf(client)).map(({ unread_count: _unread, last: _last, me, messages, ...view }) => ({
    ...view,
    me: me && { ...me, read_seq: 0 },
    messages: messages.map(({ is_read: _isRead, status: _status, read_by, ...message }) => ({
      ...message,
      read_by: read_by.filter((reader) => reader !== client.user.id),
    })),
  }));
}

test(
  `clients whose connections break end with the same data as other clients, without repeats or gaps (seed ${seed})`,
  async () => {
    const random = newRandom(seed);
    const people = await newUsers(6);
    const { places, rooms } = await setScene(people);
    const clients = people.map((user) => {
      const pauses = random.fork();
      return newChatClient(user, () => pauses.below(400));
    });
    const steady = people.slice(0, 2).map((user) => newChatClient(user, () => 0));
    const all = [...clients, ...steady];
    for (const client of all) client.start();
    await Promise.all(all.map((client) => client.ready()));

    // Some answers get lost on the way to the functions: the SDK repeats the call, so a post may
    // come twice.
    await injectFault({ kind: "lose", service: "dynamodb", probability: 0.02, seed });
    await injectFault({ kind: "lose", service: "execute-api", probability: 0.05, seed });
    let acting = clients.length;
    const acted = clients.map(async (client) => {
      const deeds = random.fork();
      for (let deed = 0; deed < deedsEach; deed += 1) {
        await actOnce(client, deeds, places);
        await sleep(deeds.below(60));
      }
      acting -= 1;
    });
    const dropped = clients.map((client) => dropAtRandom(client, random.fork(), () => acting === 0));
    const last = people.at(-1);
    if (last) await fillConnections(last);
    await Promise.all([...acted, ...dropped]);
    await clearFaults();
    await Promise.all(all.map((client) => client.ready()));
    // Revisions whose calls lost an answer stay unused: their age tells that. No connection opens
    // meanwhile, which would age with them.
    await advanceClock(60_000);
    // Sends a last message to each room, so that all clients learn of the numbers before it.
    for (const roomId of rooms) {
      const facts = clients.map((client) => client.rooms.get(roomId)?.facts).find((one) => one !== undefined);
      const member = people.find((user) => facts?.participants.some((one) => one.id === user.id));
      if (member)
        await call("sendMessage", {
          token: member.token,
          params: { room_id: roomId },
          body: { content: "The end" },
        });
    }

    const report: string[] = [];
    const seen: RoomView["messages"] = [];
    for (const client of all) {
      const fresh = await fetchFresh(client.user);
      seen.push(...[...fresh.values()].flatMap((room) => room.messages));
      const isSteady = steady.includes(client);
      const view = () => sorted(viewsOf(client));
      if (!isSteady) await expect.poll(view, { timeout: 30_000, interval: 200 }).toEqual(sorted(fresh));
      const shown = () =>
        [...client.rooms].map(([roomId, room]) => {
          const { duplicates, gaps, shown: seqs } = room.transcript;
          return { roomId, duplicates, gaps, shown: [...seqs].sort((one, other) => one - other) };
        });
      // Messages above a hole are held back for a while. A repeat or a gap would remain.
      await expect.poll(shown, { timeout: 30_000, interval: 200 }).toEqual(
        shown().map(({ roomId }) => ({
          roomId,
          duplicates: [],
          gaps: [],
          shown: fresh.get(roomId)?.messages.map((message) => message.seq),
        })),
      );
      const { connections, fetches, holes, holeFetches } = client.counts;
      report.push(
        `${connections} connections, ${fetches} fetches, ${holeFetches} of them for ${holes} messages above a hole`,
      );
    }
    for (const [at, client] of steady.entries()) {
      const twin = clients[at];
      if (!twin) throw new Error("Each steady client has a twin.");
      await expect
        .poll(() => sharedByDevices(client), { timeout: 30_000, interval: 200 })
        .toEqual(sharedByDevices(twin));
      // The connection was never dropped before the runner ends.
      expect(client.counts.connections).toBe(1);
    }
    // The clients had something to miss.
    expect(seen.some((message) => message.read_by.length > 0)).toBe(true);
    expect(seen.some((message) => Object.keys(message.reactions).length > 0)).toBe(true);
    if (process.env.PARLEY_RESUME_REPORT) console.log(report.join("\n"));
    await Promise.all(all.map((client) => client.stop()));
  },
  slowMachine,
);
