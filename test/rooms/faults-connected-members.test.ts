import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults, type FaultSpec, injectFault, listFaults } from "../support/control.ts";
import { say } from "../support/messages.ts";
import { newAccounts, newUser, type TestUser } from "../support/people.ts";
import { copyRoom } from "../support/room-copies.ts";
import { connect, type SocketClient, UpgradeRefused } from "../support/socket-client.ts";

/** With ann and one more account, these fill the first chunk of a roster. */
const accountCount = 198;

let ann: TestUser;
let accounts: string[];
let more: string[];
let annSocket: SocketClient;
beforeAll(async () => {
  ann = await newUser("ann");
  accounts = await newAccounts(accountCount);
  more = await newAccounts(5);
  annSocket = await connect(ann);
}, 180_000);

function create(participant_ids: readonly string[], idempotencyKey: string = crypto.randomUUID()) {
  return attempt("createRoom", {
    token: ann.token,
    body: { room_type: "public", name: "Full", participant_ids },
    headers: { "idempotency-key": idempotencyKey },
  });
}

/** Creates a room of two chunks. */
async function createLarge(): Promise<string> {
  return (await create([...accounts, ...more])).body.id;
}
/** Sends messages, and checks that some sockets get each once and the others get none. */
async function expectDelivered(
  roomId: string,
  recipients: readonly SocketClient[],
  others: readonly SocketClient[] = [],
): Promise<void> {
  const sent = [await say(ann, roomId), await say(ann, roomId)].map((message) => message.id);
  const heardBy = (socket: SocketClient): string[] =>
    socket.events.flatMap((event) =>
      event.type === "message" && sent.includes(event.message.id) ? [event.message.id] : [],
    );
  const all = [annSocket, ...recipients];
  await expect.poll(() => all.map((socket) => heardBy(socket).length)).toEqual(all.map(() => 2));
  for (const socket of all) expect(heardBy(socket).sort()).toEqual([...sent].sort());
  for (const socket of others) {
    await socket.request({ type: "ping" });
    expect(heardBy(socket)).toEqual([]);
  }
}

const kinds = ["crash", "lose"] as const;

function injectAt(kind: FaultSpec["kind"], write: Omit<FaultSpec, "kind" | "service">): Promise<void> {
  return injectFault({ kind, service: "dynamodb", ...write });
}

async function expectOneHit(): Promise<void> {
  await expect.poll(async () => (await listFaults()).map((fault) => fault.hits)).toEqual([1]);
  await clearFaults();
}
afterEach(clearFaults);

describe("$connect of a member of two large rooms", () => {
  let ben: TestUser;
  let rooms: string[];
  beforeAll(async () => {
    ben = await newUser("ben");
    rooms = [await createLarge(), await createLarge()];
    for (const room_id of rooms) await call("joinRoom", { token: ben.token, params: { room_id } });
  }, 120_000);

  const writes = [
    { action: "UpdateItem", sk: "PRESENCE" },
    { action: "UpdateItem", sk: "CONNECTED#", nth: 1 },
    { action: "UpdateItem", sk: "CONNECTED#", nth: 2 },
    { action: "PutItem", sk: "SESSION#" },
  ];
  for (const kind of kinds)
    for (const write of writes)
      test(`${kind} at ${write.sk} ${write.nth ?? ""}: both rooms deliver once`, async () => {
        await injectAt(kind, { ...write, function: "connect" });
        if (kind === "crash") await expect(connect(ben)).rejects.toBeInstanceOf(UpgradeRefused);
        const socket = await connect(ben);
        await expectOneHit();
        for (const roomId of rooms) await expectDelivered(roomId, [socket]);
        await socket.close();
      });

  test("a closed connection is off the lists, and one that opens at the same time is not", async () => {
    for (let round = 0; round < 5; round += 1) {
      const first = await connect(ben);
      const [, second] = await Promise.all([first.close(), connect(ben)]);
      for (const roomId of rooms) await expectDelivered(roomId, [second]);
      await second.close();
    }
  });
});

describe("joining a large room, and leaving it, while connected", () => {
  let roomId: string;
  beforeAll(async () => {
    roomId = await createLarge();
  }, 60_000);

  const join = (user: TestUser) => attempt("joinRoom", { token: user.token, params: { room_id: roomId } });
  const leave = (user: TestUser) => attempt("leaveRoom", { token: user.token, params: { room_id: roomId } });

  const joining = [
    { action: "PutItem", sk: "MEMBER#" },
    { action: "UpdateItem", sk: "ROSTER#" },
    { action: "UpdateItem", sk: "COUNTS" },
    { action: "UpdateItem", sk: "PRESENCE" },
    { action: "UpdateItem", sk: "CONNECTED#" },
  ];
  for (const kind of kinds)
    for (const write of joining)
      test(`joining, ${kind} at ${write.sk}: the member gets each message once`, async () => {
        const ben = await newUser("ben");
        const socket = await connect(ben);
        await injectAt(kind, { ...write, function: "rooms" });
        expect((await join(ben)).status).toBe(kind === "crash" ? 500 : 200);
        await expectOneHit();
        expect((await join(ben)).status).toBe(200);
        await expectDelivered(roomId, [socket]);
        await socket.close();
      });

  const leaving = [
    { action: "DeleteItem", sk: "MEMBER#" },
    { action: "UpdateItem", sk: "ROSTER#" },
    { action: "UpdateItem", sk: "PRESENCE" },
    { action: "DeleteItem", sk: "CONNECTED#" },
  ];
  for (const kind of kinds)
    for (const write of leaving)
      test(`leaving, ${kind} at ${write.sk}: the former member gets no message`, async () => {
        const ben = await newUser("ben");
        const socket = await connect(ben);
        await join(ben);
        await injectAt(kind, { ...write, function: "rooms" });
        expect((await leave(ben)).status).toBe(kind === "crash" ? 500 : 200);
        await expectOneHit();
        expect([200, 403]).toContain((await leave(ben)).status);
        await expectDelivered(roomId, [], [socket]);
        // The rests of the membership do not prevent joining again.
        expect((await join(ben)).status).toBe(200);
        await expectDelivered(roomId, [socket]);
        await socket.close();
      });

  test("joinRoom at the same time as $connect starts delivery", async () => {
    for (let round = 0; round < 5; round += 1) {
      const ben = await newUser("ben");
      const [socket] = await Promise.all([connect(ben), join(ben)]);
      await expectDelivered(roomId, [socket]);
      await socket.close();
    }
  });

  test("leaveRoom and joinRoom at the same time deliver to the user if they are a member in the end", async () => {
    const ben = await newUser("ben");
    const socket = await connect(ben);
    for (let round = 0; round < 5; round += 1) {
      await join(ben);
      await Promise.all([leave(ben), join(ben), leave(ben), join(ben)]);
      const { me } = await call("getRoom", { token: ben.token, params: { room_id: roomId } });
      await expectDelivered(roomId, me ? [socket] : [], me ? [] : [socket]);
    }
    await socket.close();
  });
});

describe("a room that becomes large", () => {
  let ben: TestUser;
  let cid: TestUser;
  let sockets: SocketClient[];
  /** A room whose first chunk is full. */
  let full: string;
  beforeAll(async () => {
    [ben, cid] = [await newUser("ben"), await newUser("cid")];
    full = (await create([...accounts, ben.id])).body.id;
    sockets = [await connect(ben), await connect(cid)];
  });

  const writes = [
    { action: "UpdateItem", sk: "PRESENCE", nth: 1 },
    { action: "UpdateItem", sk: "PRESENCE", nth: 100 },
    { action: "UpdateItem", sk: "CONNECTED#", nth: 1 },
    { action: "UpdateItem", sk: "CONNECTED#", nth: 3 },
    { action: "UpdateItem", sk: "HEAD", nth: 2 },
  ];
  for (const kind of kinds)
    for (const write of writes)
      test(`by a new member, ${kind} at ${write.sk} ${write.nth}: all members get each message once`, async () => {
        const roomId = await copyRoom(full);
        const join = () => attempt("joinRoom", { token: cid.token, params: { room_id: roomId } });
        await injectAt(kind, { ...write, function: "rooms" });
        expect((await join()).status).toBe(kind === "crash" ? 500 : 200);
        await expectOneHit();
        if (kind === "crash") await expectDelivered(roomId, sockets);
        expect((await join()).status).toBe(200);
        await expectDelivered(roomId, sockets);
      });

  const creating = [...writes.slice(0, 3), { action: "UpdateItem", sk: "HEAD", nth: 1 }];
  for (const kind of kinds)
    for (const write of creating)
      test(`as it is created, ${kind} at ${write.sk} ${write.nth}: all members get each message once`, async () => {
        const key = crypto.randomUUID();
        const make = () => create([...accounts, ...more, ben.id, cid.id], key);
        await injectAt(kind, { ...write, function: "rooms" });
        expect((await make()).status).toBe(kind === "crash" ? 500 : 201);
        await expectOneHit();
        const { status, body } = await make();
        expect(status).toBe(200);
        await expectDelivered(body.id, sockets);
      });
});
