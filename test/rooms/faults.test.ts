import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ServerEvent } from "../../contract/events.ts";
import { type Answer, attempt, call } from "../support/contract-client.ts";
import { injectFault } from "../support/control.ts";
import { expectOneHit } from "../support/faults.ts";
import { directRoom, type TestUser, three, two } from "../support/people.ts";
import { connect, type SocketClient } from "../support/socket-client.ts";

interface Scene {
  readonly ann: TestUser;
  readonly ben: TestUser;
  readonly cid: TestUser;
  readonly roomId: string;
}

interface Write {
  readonly action: "PutItem" | "UpdateItem" | "DeleteItem";
  readonly sk: string;
  /** The number of the write among those to such a key; 1 by default. */
  readonly nth?: number;
}

/** An operation that writes more than one item. */
interface Case {
  /** The writes of the operation, in their order. */
  readonly writes: readonly Write[];
  /** Prepares more than a public room of ann, its admin, and ben. */
  readonly prepare?: (scene: Scene) => Promise<unknown>;
  readonly run: (scene: Scene) => Promise<Answer<unknown>>;
  /** A status that a repeat may answer beside success: the first call may have done everything. */
  readonly repeated?: number;
  /** Checks the result of the operation, which a repeat does not change. */
  readonly check: (scene: Scene) => Promise<void>;
  /**
   * The event that a member gets once a repeat has completed the call, without events of later
   * tasks.
   */
  readonly event?: Partial<Record<"ben" | "cid", ServerEvent["type"]>>;
}

function roomOf(user: TestUser, roomId: string) {
  return call("getRoom", { token: user.token, params: { room_id: roomId } });
}

async function rolesOf(user: TestUser, roomId: string): Promise<string[]> {
  const page = await call("listParticipants", { token: user.token, params: { room_id: roomId } });
  expect(page.count).toBe(page.results.length);
  return page.results.map((one) => `${one.id} ${one.room_role}`).sort();
}

async function listed(user: TestUser, roomId: string): Promise<string[]> {
  const page = await call("listPublicRooms", { token: user.token, query: { page_size: 100 } });
  return page.results.flatMap((room) => (room.id === roomId ? [room.name ?? ""] : []));
}

async function access(user: TestUser, roomId: string): Promise<number> {
  return (
    await attempt("sendMessage", { token: user.token, params: { room_id: roomId }, body: { content: "hi" } })
  ).status;
}

async function allLeave({ ann, ben, roomId }: Scene): Promise<void> {
  for (const { token } of [ben, ann]) await call("leaveRoom", { token, params: { room_id: roomId } });
}

const longName = "名".repeat(100);
const head = { action: "UpdateItem", sk: "HEAD" } as const;
const membership = { action: "UpdateItem", sk: "MEMBER#" } as const;
const roster = { action: "UpdateItem", sk: "ROSTER#" } as const;
const removeConnected = { action: "DeleteItem", sk: "LISTING" } as const;
const list = { action: "PutItem", sk: "LISTING" } as const;

const cases: Record<string, Case> = {
  updateRoom: {
    writes: [{ action: "UpdateItem", sk: "DETAILS" }, head, list],
    event: { ben: "room_updated" },
    run: ({ ann, roomId }) =>
      attempt("updateRoom", {
        token: ann.token,
        params: { room_id: roomId },
        body: { name: longName, description: "new" },
      }),
    check: async ({ ben, roomId }) => {
      expect(await roomOf(ben, roomId)).toMatchObject({ name: longName, description: "new" });
      expect(await listed(ben, roomId)).toEqual([longName]);
    },
  },
  archiveRoom: {
    writes: [removeConnected, head, { ...removeConnected, nth: 2 }],
    event: { ben: "room_updated" },
    run: ({ ann, roomId }) => attempt("archiveRoom", { token: ann.token, params: { room_id: roomId } }),
    check: async ({ ben, roomId }) => {
      expect((await roomOf(ben, roomId)).status).toBe("archived");
      expect(await listed(ben, roomId)).toEqual([]);
    },
  },
  activateRoom: {
    writes: [head, list],
    event: { ben: "room_updated" },
    prepare: ({ ann, roomId }) => call("archiveRoom", { token: ann.token, params: { room_id: roomId } }),
    run: ({ ann, roomId }) => attempt("activateRoom", { token: ann.token, params: { room_id: roomId } }),
    check: async ({ ben, roomId }) => {
      expect((await roomOf(ben, roomId)).status).toBe("active");
      expect(await listed(ben, roomId)).toHaveLength(1);
    },
  },
  deleteRoom: {
    writes: [removeConnected, head],
    run: ({ ann, roomId }) => attempt("deleteRoom", { token: ann.token, params: { room_id: roomId } }),
    repeated: 403,
    check: async ({ ben, roomId }) => {
      expect(await access(ben, roomId)).toBe(403);
      expect(await listed(ben, roomId)).toEqual([]);
    },
  },
  addParticipants: {
    writes: [{ action: "PutItem", sk: "MEMBER#" }, roster],
    event: { ben: "participants_changed", cid: "room_created" },
    run: ({ ann, cid, roomId }) =>
      attempt("addParticipants", {
        token: ann.token,
        params: { room_id: roomId },
        body: { user_ids: [cid.id] },
      }),
    check: async ({ ann, ben, cid, roomId }) => {
      expect(await rolesOf(cid, roomId)).toEqual(
        [`${ann.id} admin`, `${ben.id} member`, `${cid.id} member`].sort(),
      );
      expect(await access(cid, roomId)).toBe(201);
    },
  },
  joinRoom: {
    writes: [{ action: "PutItem", sk: "MEMBER#" }, roster],
    event: { ben: "participants_changed", cid: "room_created" },
    run: ({ cid, roomId }) => attempt("joinRoom", { token: cid.token, params: { room_id: roomId } }),
    check: async ({ ann, ben, cid, roomId }) => {
      expect(await rolesOf(ann, roomId)).toEqual(
        [`${ann.id} admin`, `${ben.id} member`, `${cid.id} member`].sort(),
      );
      expect(await access(cid, roomId)).toBe(201);
    },
  },
  "joinRoom after all members had left": {
    event: { cid: "room_created" },
    writes: [{ action: "PutItem", sk: "MEMBER#" }, roster, membership, { ...roster, nth: 2 }],
    prepare: allLeave,
    run: ({ cid, roomId }) => attempt("joinRoom", { token: cid.token, params: { room_id: roomId } }),
    check: async ({ cid, roomId }) => {
      expect(await rolesOf(cid, roomId)).toEqual([`${cid.id} admin`]);
      expect((await roomOf(cid, roomId)).me?.role).toBe("admin");
    },
  },
  leaveRoom: {
    writes: [{ action: "DeleteItem", sk: "MEMBER#" }, roster],
    run: ({ ben, roomId }) => attempt("leaveRoom", { token: ben.token, params: { room_id: roomId } }),
    repeated: 403,
    check: async ({ ann, ben, roomId }) => {
      expect(await rolesOf(ann, roomId)).toEqual([`${ann.id} admin`]);
      expect(await access(ben, roomId)).toBe(403);
    },
  },
  "leaveRoom of the last admin": {
    writes: [membership, roster, { action: "DeleteItem", sk: "MEMBER#" }, { ...roster, nth: 2 }],
    run: ({ ann, roomId }) => attempt("leaveRoom", { token: ann.token, params: { room_id: roomId } }),
    repeated: 403,
    check: async ({ ann, ben, roomId }) => {
      expect(await rolesOf(ben, roomId)).toEqual([`${ben.id} admin`]);
      expect((await roomOf(ben, roomId)).me?.role).toBe("admin");
      expect(await access(ann, roomId)).toBe(403);
    },
  },
  removeParticipant: {
    writes: [{ action: "DeleteItem", sk: "MEMBER#" }, roster],
    run: ({ ann, ben, roomId }) =>
      attempt("removeParticipant", { token: ann.token, params: { room_id: roomId, user_id: ben.id } }),
    repeated: 404,
    check: async ({ ann, ben, roomId }) => {
      expect(await rolesOf(ann, roomId)).toEqual([`${ann.id} admin`]);
      expect(await access(ben, roomId)).toBe(403);
    },
  },
  updateParticipant: {
    writes: [membership, roster],
    event: { ben: "participants_changed" },
    run: ({ ann, ben, roomId }) =>
      attempt("updateParticipant", {
        token: ann.token,
        params: { room_id: roomId, user_id: ben.id },
        body: { role: "admin" },
      }),
    check: async ({ ann, ben, roomId }) => {
      expect(await rolesOf(ann, roomId)).toEqual([`${ann.id} admin`, `${ben.id} admin`].sort());
      expect((await roomOf(ben, roomId)).me?.role).toBe("admin");
    },
  },
};

/** The users of the whole file: each test has a room of its own. */
let people: Omit<Scene, "roomId">;
beforeAll(async () => {
  people = await newPeople();
});

async function newPeople(): Promise<Omit<Scene, "roomId">> {
  const [ann, ben, cid] = await three();
  return { ann, ben, cid };
}

async function setScene({ prepare }: Pick<Case, "prepare">, { ann, ben, cid } = people): Promise<Scene> {
  const { id } = await call("createRoom", {
    token: ann.token,
    body: { room_type: "public", name: "Before", participant_ids: [ben.id] },
  });
  const scene = { ann, ben, cid, roomId: id };
  await prepare?.(scene);
  return scene;
}

function injectAt(kind: "crash" | "lose", roomId: string, write: Write): Promise<void> {
  return injectFault({ kind, service: "dynamodb", pk: `ROOM#${roomId}`, ...write });
}

/** Connects the users who must get an event. */
function watch({ ben, cid }: Scene, { event = {} }: Case) {
  return Promise.all(
    (
      [
        [ben, event.ben],
        [cid, event.cid],
      ] as const
    ).flatMap(([user, type]) => (type ? [connect(user).then((socket) => ({ socket, type, user }))] : [])),
  );
}

/**
 * Waits for an event of a type about the room, and returns it: rooms of earlier tests have events,
 * too.
 */
async function eventOfRoom(
  socket: SocketClient,
  type: ServerEvent["type"],
  roomId: string,
): Promise<ServerEvent | undefined> {
  const isIt = (event: ServerEvent): boolean => event.type === type && JSON.stringify(event).includes(roomId);
  await socket.until((events) => events.some(isIt), `The event ${type} of the room`);
  return socket.events.find(isIt);
}

const succeeded = [200, 201, 204];

afterEach(expectOneHit);

for (const [name, one] of Object.entries(cases))
  describe(name, () => {
    for (const [at, write] of one.writes.entries()) {
      const step = `write ${at + 1} (${write.action} ${write.sk})`;
      test(`ends after ${step}: a repeat completes it`, async () => {
        const scene = await setScene(one);
        const watched = await watch(scene, one);
        await injectAt("crash", scene.roomId, write);
        expect((await one.run(scene)).status).toBe(500);
        const repeat = await one.run(scene);
        expect([
          ...succeeded,
          ...(at === one.writes.length - 1 && one.repeated ? [one.repeated] : []),
        ]).toContain(repeat.status);
        await one.check(scene);
        for (const { socket, type, user } of watched) {
          const event = await eventOfRoom(socket, type, scene.roomId);
          if (event?.type === "room_created")
            expect(event.room.me?.role).toBe((await roomOf(user, scene.roomId)).me?.role);
          await socket.close();
        }
      });
      test(`loses the answer of ${step}: it is done once`, async () => {
        const scene = await setScene(one);
        await injectAt("lose", scene.roomId, write);
        expect(succeeded).toContain((await one.run(scene)).status);
        await one.check(scene);
      });
    }
  });

test("joinRoom of another user publishes the admin role of a member whose own call was cut off", async () => {
  const scene = await setScene({ prepare: allLeave }, await newPeople());
  const { ben, cid, roomId } = scene;
  const join = ({ token }: TestUser) => attempt("joinRoom", { token, params: { room_id: roomId } });
  const socket = await connect(cid);
  await injectAt("crash", roomId, roster);
  expect((await join(cid)).status).toBe(500);
  expect((await join(ben)).body).toMatchObject({ me: { role: "member" } });
  expect(await rolesOf(ben, roomId)).toEqual([`${ben.id} member`, `${cid.id} admin`].sort());
  expect(await socket.next("participants_changed")).toMatchObject({
    added: [{ id: ben.id, room_role: "member" }],
    changed: [{ id: cid.id, room_role: "admin" }],
  });
  await socket.close();
});

describe("opening a deleted direct room", () => {
  const writes = [membership, { ...membership, nth: 2 }, head];
  for (const kind of ["crash", "lose"] as const)
    for (const [at, write] of writes.entries())
      test(`${kind} at write ${at + 1}: it is open in the end, and empty`, async () => {
        const [ann, ben] = await two();
        const roomId = await directRoom(ann, ben);
        expect(await access(ann, roomId)).toBe(201);
        await call("deleteRoom", { token: ann.token, params: { room_id: roomId } });
        const socket = await connect(ben);
        await injectAt(kind, roomId, write);
        const open = () => attempt("openDirectRoom", { token: ann.token, body: { user_id: ben.id } });
        const first = await open();
        expect(first.status).toBe(kind === "crash" ? 500 : 201);
        if (kind === "crash") expect([200, 201]).toContain((await open()).status);
        expect((await socket.next("room_created")).room.id).toBe(roomId);
        for (const user of [ann, ben]) {
          expect(await roomOf(user, roomId)).toMatchObject({ unread_count: 0, last_message: null });
          const page = await call("listMessages", { token: user.token, params: { room_id: roomId } });
          expect(page.results).toEqual([]);
        }
        await socket.close();
      });
});
