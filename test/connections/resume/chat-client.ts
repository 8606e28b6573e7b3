import { setTimeout as sleep } from "node:timers/promises";
import type { ServerEvent } from "../../../contract/events.ts";
import type { Message } from "../../../contract/objects/message.ts";
import type { Room } from "../../../contract/objects/room.ts";
import { ask } from "../../support/ask.ts";
import type { TestUser } from "../../support/people.ts";
import type { EventOf } from "../../support/socket-client.ts";
import {
  type HeldRoom,
  newHeldRoom,
  recordOwn,
  takeChange,
  takeMark,
  takeNew,
  takeParticipants,
} from "./held-room.ts";
import { type Link, openLink } from "./link.ts";
import { listRooms } from "./list-rooms.ts";
import { fetchChanged, fetchMissing, fetchNew } from "./sync.ts";

/**
 * Milliseconds in which a hole may fill by itself: a second, and a random time up to another, so
 * that not all clients ask at once.
 */
function holeDelay() {
  return 1000 + Math.random() * 1000;
}
/**
 * Milliseconds before the client asks again for a number that the history lacks. A real client
 * waits half a minute.
 */
const missingDelay = 500;
/** Milliseconds before the client asks again for changes that are in flight. */
const inFlightDelay = 500;
/** Milliseconds within which two events of a room itself may have overtaken one another. */
const overtakingTime = 1000;

/**
 * A client of the chat as docs/protocol.md describes one. It keeps its user's rooms by events. If
 * it missed some, it uses `hello` and the history. The changes of a room are applied one after the
 * other, in the order of arrival.
 */
export interface ChatClient {
  readonly user: TestUser;
  readonly rooms: ReadonlyMap<string, HeldRoom>;
  readonly link: Link | undefined;
  /** Connects until `stop`, again whenever the connection has ended. */
  start(): void;
  stop(): Promise<void>;
  /** Resolves when the client is connected and has caught up with what it missed. */
  ready(): Promise<void>;
  /** Takes a message that the user sent, from the answer to the call. */
  takeSent(message: Message): void;
  /** Records the messages that the user has read. */
  recordRead(roomId: string, read: { upTo?: number; seqs?: readonly number[] }): void;
  /**
   * The number of connections, of requests for missed changes, of messages above a hole, and of
   * requests for the messages in a hole.
   */
  readonly counts: { connections: number; fetches: number; holes: number; holeFetches: number };
}

export function newChatClient(user: TestUser, pauseBeforeConnecting: () => number): ChatClient {
  const rooms = new Map<string, HeldRoom>();
  const lines = new Map<string, Promise<void>>();
  const roomEvents = new Map<string, { count: number; at: number }>();
  const timers = new Set<NodeJS.Timeout>();
  const counts = { connections: 0, fetches: 0, holes: 0, holeFetches: 0 };
  const watched = new Set<HeldRoom>();
  let link: Link | undefined;
  let caughtUp = Promise.withResolvers<void>();
  let running: Promise<void> | undefined;
  let stopped = false;
  let failure: unknown;

  const runInOrder = (roomId: string, task: () => Promise<void> | void): Promise<void> => {
    const done = (lines.get(roomId) ?? Promise.resolve()).then(task).catch((error: unknown) => {
      failure ??= error;
    });
    lines.set(roomId, done);
    return done;
  };
  const later = (roomId: string, delay: number, task: () => Promise<void>): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      void runInOrder(roomId, task);
    }, delay);
    timers.add(timer);
  };

  /** Asks for new messages, and drops the room if the user is no longer in it. */
  const catchUp = async (roomId: string, work: (room: HeldRoom) => Promise<boolean>): Promise<void> => {
    const room = rooms.get(roomId);
    if (!room) return;
    counts.fetches += 1;
    if (!(await work(room))) {
      rooms.delete(roomId);
      return;
    }
    if (room.rev < room.knownRev)
      later(roomId, inFlightDelay, () => catchUp(roomId, (one) => fetchChanged(user, one)));
    if (room.missing.size > 0 || room.known > room.held)
      later(roomId, missingDelay, async () => {
        if (rooms.get(roomId) === room && !(await fetchMissing(user, room))) rooms.delete(roomId);
      });
  };
  const load = (facts: Room): Promise<void> => {
    rooms.set(facts.id, newHeldRoom(facts));
    return catchUp(facts.id, async (room) => (await fetchNew(user, room)) && fetchChanged(user, room));
  };
  /**
   * Takes a room as the server shows it. Another time of joining is another membership, for which
   * all is read anew.
   */
  const takeRoom = async (facts: Room): Promise<void> => {
    const room = rooms.get(facts.id);
    if (!facts.me) rooms.delete(facts.id);
    else if (room?.facts.me?.joined_at === facts.me.joined_at) {
      room.facts = facts;
      room.known = Math.max(room.known, facts.seq);
      room.knownRev = Math.max(room.knownRev, facts.rev);
    } else await load(facts);
  };
  const askForRoom = async (roomId: string): Promise<void> => {
    const { status, body } = await ask("getRoom", { token: user.token, params: { room_id: roomId } });
    if (status !== 200) rooms.delete(roomId);
    else await takeRoom(body);
  };
  /**
   * Events of a room itself have no number: if several come at once, the client reads the room
   * after the last.
   */
  const recordRoomEvent = (roomId: string): void => {
    const before = roomEvents.get(roomId);
    const now = { count: (before?.count ?? 0) + 1, at: Date.now() };
    roomEvents.set(roomId, now);
    if (!before || now.at - before.at > overtakingTime) return;
    later(roomId, overtakingTime, async () => {
      if (roomEvents.get(roomId)?.count !== now.count) return;
      await askForRoom(roomId);
      await catchUp(roomId, (room) => fetchNew(user, room));
    });
  };

  /** Concurrent messages come in any order, so the client asks for a hole only if it remains. */
  const watchHole = (room: HeldRoom): void => {
    if (watched.has(room) || room.waiting.size === 0) return;
    watched.add(room);
    const roomId = room.facts.id;
    const hole = room.held + 1;
    later(roomId, holeDelay(), async () => {
      watched.delete(room);
      if (rooms.get(roomId) !== room || room.waiting.size === 0) return;
      if (room.held >= hole) return watchHole(room);
      counts.holeFetches += 1;
      await catchUp(roomId, (one) => fetchNew(user, one));
    });
  };
  const takeMessage = async (message: Message): Promise<void> => {
    const room = rooms.get(message.room);
    if (!room) return askForRoom(message.room);
    takeNew(room, message);
    if (room.waiting.has(message.seq)) counts.holes += 1;
    watchHole(room);
    if (message.sender.id === user.id) recordOwn(room, user.id, { upTo: 0, ahead: new Set([message.seq]) });
  };
  const applyEvent = async (roomId: string, event: ServerEvent): Promise<void> => {
    if (event.type === "message") return takeMessage(event.message);
    if (event.type === "room_created" || event.type === "room_updated") return takeRoom(event.room);
    if (event.type === "room_removed") {
      rooms.delete(roomId);
      return;
    }
    const room = rooms.get(roomId);
    if (!room) return askForRoom(roomId);
    switch (event.type) {
      case "message_updated":
      case "message_deleted":
      case "reaction": {
        if (!takeChange(room, event))
          await catchUp(roomId, async (one) => (await fetchNew(user, one)) && fetchChanged(user, one));
        return;
      }
      case "read_receipt":
      case "delivered":
        if (!takeMark(room, event)) await catchUp(roomId, (one) => fetchNew(user, one));
        return;
      case "participants_changed":
        takeParticipants(room, event, user.id);
    }
  };

  const roomOf = (event: ServerEvent): string | undefined => {
    if (event.type === "message" || event.type === "message_updated") return event.message.room;
    if (event.type === "room_created" || event.type === "room_updated") return event.room.id;
    return "room_id" in event ? event.room_id : undefined;
  };
  const roomLevel = new Set(["room_created", "room_updated", "room_removed", "participants_changed"]);

  /** Does the steps after each connecting that docs/protocol.md lists. */
  const greet = async (to: Link, answers: EventOf<"hello">[]): Promise<boolean> => {
    const held = new Map([...rooms].map(([id, room]) => [id, { seq: room.held, rev: room.rev }]));
    const answer = await to.request({ type: "hello", rooms: Object.fromEntries(held) });
    if (answer?.type !== "ack" || answers.at(-1)?.remaining !== 0) return false;
    const changedRooms = new Map(answers.flatMap((one) => one.rooms).map((room) => [room.room_id, room]));
    const before = new Map([...roomEvents].map(([id, { count }]) => [id, count]));
    const listed = await listRooms(user);
    const removed = answers.flatMap((one) => one.removed);
    // If the server has less of a room than the client holds, the table was restored to an earlier
    // time.
    const restored = [...held].filter(([id, { seq, rev }]) => {
      const now = changedRooms.get(id);
      return now && (now.seq < seq || now.rev < rev);
    });
    const work = [
      ...restored.map(([roomId]) =>
        runInOrder(roomId, () => {
          rooms.delete(roomId);
        }),
      ),
      ...removed.map((roomId) => runInOrder(roomId, () => askForRoom(roomId))),
      ...listed.map((facts) =>
        runInOrder(facts.id, () =>
          roomEvents.get(facts.id)?.count === before.get(facts.id) ? takeRoom(facts) : askForRoom(facts.id),
        ),
      ),
    ];
    await Promise.all(work);
    const all = [...rooms.keys()].map((roomId) =>
      runInOrder(roomId, () =>
        catchUp(roomId, async (room) => {
          const { seq, rev } = changedRooms.get(roomId) ?? { seq: 0, rev: 0 };
          room.known = Math.max(room.known, seq);
          room.knownRev = Math.max(room.knownRev, rev);
          return (await fetchNew(user, room)) && fetchChanged(user, room);
        }),
      ),
    );
    await Promise.all(all);
    return true;
  };

  const run = async (): Promise<void> => {
    while (!stopped) {
      const answers: EventOf<"hello">[] = [];
      try {
        const opened = await openLink(user, (event) => {
          if (event.type === "hello") answers.push(event);
          const roomId = roomOf(event);
          if (roomId === undefined) return;
          if (roomLevel.has(event.type)) recordRoomEvent(roomId);
          void runInOrder(roomId, () => applyEvent(roomId, event));
        });
        link = opened;
        counts.connections += 1;
        if (await greet(opened, answers)) caughtUp.resolve();
        else opened.drop();
        await opened.over;
      } catch (error) {
        // The connection was refused, or broke while it was opened: tries again.
        if (counts.connections > 200) throw error;
      }
      link = undefined;
      caughtUp.resolve();
      caughtUp = Promise.withResolvers();
      if (!stopped) await sleep(pauseBeforeConnecting());
    }
  };

  return {
    user,
    rooms,
    counts,
    get link() {
      return link;
    },
    start: () => {
      running = run();
    },
    stop: async () => {
      stopped = true;
      link?.drop();
      await running;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(lines.values());
      if (failure) throw failure;
    },
    ready: async () => {
      while (!link) await caughtUp.promise.then(() => sleep(10));
      await caughtUp.promise;
      await Promise.all(lines.values());
      if (failure) throw failure;
    },
    takeSent: (message) => void runInOrder(message.room, () => takeMessage(message)),
    recordRead: (roomId, { upTo = 0, seqs = [] }) =>
      void runInOrder(roomId, () => {
        const room = rooms.get(roomId);
        if (room) recordOwn(room, user.id, { upTo, ahead: new Set(seqs) });
      }),
  };
}
