/**
 * A public room that was large, and that all members have left. Its roster keeps its chunks; the
 * next member is its admin.
 */
import { afterEach, beforeAll, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { injectFault } from "../support/control.ts";
import { expectOneHit } from "../support/faults.ts";
import { internals } from "../support/internals.ts";
import { actAsFunction } from "../support/operator.ts";
import { type TestUser, three } from "../support/people.ts";
import { rolesOf } from "../support/rooms.ts";
import { connect } from "../support/socket-client.ts";

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;
beforeAll(async () => {
  [ann, ben, cid] = await three();
});

async function createEmptied(): Promise<string> {
  const body = { room_type: "public", name: "Emptied" };
  const { id } = await call("createRoom", { token: ann.token, body });
  // Grows the room as its 201st member would.
  actAsFunction();
  const { growRoster } = await internals.rosterChanges();
  const { addAllConnected } = await internals.connectedMembers();
  await growRoster(id, 1);
  await addAllConnected(id, 2);
  await call("leaveRoom", { token: ann.token, params: { room_id: id } });
  return id;
}

function join({ token }: TestUser, roomId: string) {
  return attempt("joinRoom", { token, params: { room_id: roomId } });
}

async function roleSeenBy({ token }: TestUser, roomId: string) {
  return (await call("getRoom", { token, params: { room_id: roomId } })).me?.role;
}

async function cutOffJoining(
  roomId: string,
  write: { action: string; sk: string; nth?: number; pk?: string },
): Promise<void> {
  const pk = `ROOM#${roomId}`;
  await injectFault({ kind: "crash", service: "dynamodb", function: "rooms", pk, ...write });
  expect((await join(ben, roomId)).status).toBe(500);
}

afterEach(expectOneHit);

const counted = { action: "UpdateItem", sk: "COUNTS" };
const writes = [
  { action: "PutItem", sk: "MEMBER#" },
  { action: "UpdateItem", sk: "ROSTER#" },
  counted,
  { action: "UpdateItem", sk: "PRESENCE" },
  { action: "UpdateItem", sk: "CONNECTED#" },
  { action: "UpdateItem", sk: "MEMBER#" },
  { action: "UpdateItem", sk: "ROSTER#", nth: 2 },
];

for (const [at, write] of writes.entries())
  test(`joinRoom ends after write ${at + 1} (${write.action} ${write.sk}): a repeat makes the user an admin`, async () => {
    const roomId = await createEmptied();
    const socket = await connect(ben);
    await cutOffJoining(roomId, { ...write, ...(write.sk === "PRESENCE" && { pk: `USER#${ben.id}` }) });
    expect((await join(ben, roomId)).body).toMatchObject({ me: { role: "admin" }, participant_count: 1 });
    expect(await roleSeenBy(ben, roomId)).toBe("admin");
    expect(await rolesOf(ben, roomId)).toEqual({ [ben.id]: "admin" });
    const { room } = await socket.next("room_created");
    expect(room).toMatchObject({ id: roomId, me: { role: "admin" }, participants: [{ room_role: "admin" }] });
    await socket.close();
  });

test("a user whose joinRoom was cut off before the promotion becomes admin when another user joins", async () => {
  const roomId = await createEmptied();
  await cutOffJoining(roomId, counted);
  expect((await join(cid, roomId)).body).toMatchObject({ me: { role: "member" } });
  expect(await rolesOf(cid, roomId)).toEqual({ [ben.id]: "admin", [cid.id]: "member" });
  expect(await roleSeenBy(ben, roomId)).toBe("admin");
});
