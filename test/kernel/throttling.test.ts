import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Message } from "../../contract/objects/message.ts";
import { ask } from "../support/ask.ts";
import { call } from "../support/contract-client.ts";
import { clearFaults, injectFault, listFaults } from "../support/control.ts";
import { directRoom, groupRoom, newUsers, type TestUser } from "../support/people.ts";
import { newRandom, type Random } from "../support/random.ts";
import { connect, type SocketClient } from "../support/socket-client.ts";

const seed = Number(process.env.PARLEY_THROTTLING_SEED ?? 20_261_121);
const deedsEach = 16;

/** Milliseconds. An idle machine needs a tenth of it. */
const slowMachine = 180_000;

afterEach(clearFaults);

/** The changes that the service has acknowledged, and must therefore hold. */
interface Acknowledged {
  /** The present content of each message, by its id. */
  readonly contents: Map<string, string>;
  /** Sends that were refused or failed, by room: each may leave a number without a message. */
  readonly failures: Map<string, number>;
  /**
   * Whether a user's emoji is on a message, by `message emoji user`: the last state that was set.
   */
  readonly reactions: Map<string, boolean>;
  /** The seq up to which a user has read a room, by `room user`. */
  readonly marks: Map<string, number>;
  /** The members of the public room, by their last joins and leaves. */
  readonly members: Set<string>;
  /** Groups that were created while calls were throttled, with their members. */
  readonly groups: Map<string, readonly string[]>;
}

interface Scene {
  readonly people: readonly TestUser[];
  readonly rooms: readonly string[];
  readonly square: string;
  readonly done: Acknowledged;
}

async function setScene(): Promise<Scene> {
  const people = await newUsers(4);
  const [ann, ben, cid] = people;
  if (!ann || !ben || !cid) throw new Error("Too few people.");
  const body = { room_type: "public", name: "Square" };
  const [direct, group, { id: square }] = await Promise.all([
    directRoom(ann, ben),
    groupRoom(ann, people.slice(1)),
    call("createRoom", { token: ann.token, body }),
  ]);
  return {
    people,
    square,
    rooms: [direct, group, square],
    done: {
      contents: new Map(),
      failures: new Map(),
      reactions: new Map(),
      marks: new Map(),
      members: new Set([ann.id]),
      groups: new Map(),
    },
  };
}

function countUp(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

/**
 * Does the deeds of one device of a user, one after the other. No two devices touch the same
 * message or emoji.
 */
async function useDevice(scene: Scene, user: TestUser, device: number, random: Random): Promise<void> {
  const { done, square } = scene;
  const { token } = user;
  const seen: Message[] = [];
  const own: Message[] = [];
  let socket: SocketClient | undefined;
  /** Throttling refuses no call for good. Only users who have left the public room are refused. */
  const expectDone = (status: number, room_id: string): void => {
    if (room_id !== square) expect(status).toBeLessThan(300);
  };
  /**
   * Connects with another ticket if the first opens nothing, because its deletion was throttled to
   * the end.
   */
  const reconnect = async (): Promise<void> => {
    await socket?.close();
    socket = undefined;
    for (let tries = 0; !socket && tries < 20; tries += 1)
      socket = await connect(user).catch(() => undefined);
  };
  const overSocket = async (room_id: string, body: object): Promise<Message | undefined> => {
    if (!socket) return undefined;
    const answer = await socket.request({ type: "message", room_id, ...body });
    if (answer.type === "ack") return answer.message;
    countUp(done.failures, room_id);
    return undefined;
  };
  const send = async (room_id: string): Promise<void> => {
    const client_message_id = `${device}-${random.below(1e9)}`;
    const body = { content: `${user.id} ${client_message_id}`, client_message_id };
    const sent = random.chance(0.5) ? await overSocket(room_id, body) : undefined;
    // Even if the socket has answered: a repeat is the same message.
    const failed = () => countUp(done.failures, room_id);
    const { status, body: message } = await ask("sendMessage", { token, params: { room_id }, body }, failed);
    if (sent && status < 300) expect(message.id).toBe(sent.id);
    expectDone(status, room_id);
    if (status >= 300) failed();
    const stored = sent ?? (status < 300 ? message : undefined);
    if (!stored) return;
    done.contents.set(stored.id, body.content);
    own.push(stored);
  };
  const isMember = () => done.members.has(user.id);
  for (let deed = 0; deed < deedsEach; deed += 1) {
    const room_id = random.pick(scene.rooms.filter((id) => id !== square || isMember())) ?? "";
    const mayRead = room_id !== scene.rooms[0] || scene.people.indexOf(user) < 2;
    const mine = random.pick(own);
    switch (random.below(14)) {
      case 0: {
        if (mine === undefined) break;
        const content = `${user.id} edit ${device} ${random.below(1e9)}`;
        const params = { room_id: mine.room, message_id: mine.id };
        const { status } = await ask("updateMessage", { token, params, body: { content } });
        expectDone(status, mine.room);
        if (status === 200) done.contents.set(mine.id, content);
        break;
      }
      case 1: {
        const { status, body } = await ask("listMessages", { token, params: { room_id } });
        if (status === 200) seen.push(...body.results);
        break;
      }
      case 2:
      case 3: {
        const message = random.pick(seen);
        if (!message) break;
        const emoji = device === 0 ? "👍" : "🎉";
        const action = random.chance(0.6) ? "add" : "remove";
        const params = { room_id: message.room, message_id: message.id };
        const { status } = await ask("reactToMessage", { token, params, body: { emoji, action } });
        expectDone(status, message.room);
        if (status === 200) done.reactions.set(`${message.id} ${emoji} ${user.id}`, action === "add");
        break;
      }
      case 4: {
        const upTo = seen.filter((message) => message.room === room_id).at(-1)?.seq ?? 0;
        const body = { up_to_seq: upTo };
        const { status } = await ask("markRoomRead", { token, params: { room_id }, body });
        const key = `${room_id} ${user.id}`;
        if (status === 200 && room_id !== square)
          done.marks.set(key, Math.max(upTo, done.marks.get(key) ?? 0));
        break;
      }
      case 5: {
        // One device of each user joins and leaves; the creator of the room stays.
        if (device > 0 || user === scene.people[0]) break;
        const id = isMember() ? "leaveRoom" : "joinRoom";
        const { status } = await ask(id, { token, params: { room_id: square } });
        // If the first answer was an error, leaving again finds the user outside.
        if (id === "joinRoom" ? status === 200 : status === 200 || status === 403)
          done.members[id === "joinRoom" ? "add" : "delete"](user.id);
        break;
      }
      case 6: {
        await reconnect();
        break;
      }
      case 7: {
        if (!random.chance(0.3)) break;
        const participant_ids = scene.people.map((one) => one.id).filter((id) => id !== user.id);
        const headers = { "idempotency-key": `${user.id}-${device}-${deed}` };
        const body = { room_type: "group", name: "Made under load", participant_ids };
        const { status, body: room } = await ask("createRoom", { token, headers, body });
        expectDone(status, room.id);
        done.groups.set(room.id, [user.id, ...participant_ids]);
        break;
      }
      default:
        if (mayRead) await send(room_id);
    }
    await sleep(random.below(20));
  }
  await socket?.close();
}

async function listHistory(user: TestUser, room_id: string) {
  const messages: Message[] = [];
  for (let after = 0; ; after = messages.at(-1)?.seq ?? 0) {
    const query = { after, page_size: 100 };
    const page = await call("listMessages", { token: user.token, params: { room_id }, query });
    messages.push(...page.results);
    if (page.next === null) return { messages, marks: page.marks };
  }
}

test(
  `a table that throttles every tenth call loses nothing and doubles nothing (seed ${seed})`,
  async () => {
    const random = newRandom(seed);
    const scene = await setScene();
    const { people, rooms, square, done } = scene;
    await injectFault({ kind: "throttle", service: "dynamodb", probability: 0.1, seed });
    await injectFault({ kind: "unprocessed", service: "dynamodb", probability: 0.1, seed });
    // There are few transactions: the first ones are throttled, so that one is for certain.
    await injectFault({ kind: "throttle", service: "dynamodb", action: "TransactWriteItems", times: 2 });
    await Promise.all(
      people.flatMap((user) => [0, 1].map((device) => useDevice(scene, user, device, random.fork()))),
    );
    const hits = (await listFaults()).map((fault) => fault.hits);
    await clearFaults();
    // Many messages were sent, and calls of each kind were throttled.
    expect(done.contents.size).toBeGreaterThan(30);
    expect(hits.map((count) => count > 0)).toEqual([true, true, true]);
    expect(hits[0]).toBeGreaterThan(40);

    const [ann, ben] = people;
    if (!ann || !ben) throw new Error("no users");
    const found = new Map<string, string>();
    for (const room_id of rooms) {
      const { messages } = await listHistory(ann, room_id);
      for (const message of messages) {
        expect(found.has(message.id)).toBe(false);
        found.set(message.id, message.content);
        for (const emoji of ["👍", "🎉"])
          for (const { id } of people) {
            const wanted = done.reactions.get(`${message.id} ${emoji} ${id}`) ?? false;
            expect(message.reactions[emoji]?.includes(id) ?? false, `${emoji} of ${id}`).toBe(wanted);
          }
      }
      // Each number has a message, except the numbers of failed sends.
      const { seq } = await call("getRoom", { token: ann.token, params: { room_id } });
      expect(seq - messages.length).toBeLessThanOrEqual(done.failures.get(room_id) ?? 0);
      expect(new Set(messages.map((message) => message.seq)).size).toBe(messages.length);
      expect(new Set(messages.map((message) => message.client_message_id)).size).toBe(messages.length);
    }
    // Each acknowledged message is stored once, as last edited. Other stored messages are of
    // senders who left before the answer.
    for (const [id, content] of done.contents) expect(found.get(id)).toBe(content);
    const refused = [...done.failures.values()].reduce((sum, count) => sum + count, 0);
    expect(found.size - done.contents.size).toBeLessThanOrEqual(refused);
    expect(new Set(found.values()).size).toBe(found.size);

    const listed = await call("listParticipants", { token: ann.token, params: { room_id: square } });
    expect(listed.results.map((one) => one.id).sort()).toEqual([...done.members].sort());
    for (const user of people) {
      const { results } = await call("listRooms", { token: user.token, query: { page_size: 100 } });
      const groups = [...done.groups].filter(([, members]) => members.includes(user.id)).map(([id]) => id);
      const own = rooms.filter((id) =>
        id === square ? done.members.has(user.id) : id !== rooms[0] || people.indexOf(user) < 2,
      );
      expect(results.map((room) => room.id).sort()).toEqual([...own, ...groups].sort());
      for (const room of results) {
        const { marks } = await listHistory(user, room.id);
        const mark = marks.find((one) => one.user_id === user.id);
        if (!mark) throw new Error("Every member of a room has a mark.");
        expect(room.unread_count).toBe(room.seq - mark.up_to_seq - mark.read_ahead.length);
        expect(mark.up_to_seq).toBeGreaterThanOrEqual(done.marks.get(`${room.id} ${user.id}`) ?? 0);
        expect(room.participants.map((one) => one.id).sort()).toEqual(marks.map((one) => one.user_id).sort());
      }
    }
  },
  slowMachine,
);
