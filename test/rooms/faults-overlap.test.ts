import { afterEach, expect, test } from "vitest";
import { until } from "../support/background.ts";
import { type Answer, attempt, call } from "../support/contract-client.ts";
import { clearFaults, injectFault, listFaults } from "../support/control.ts";
import { cutOff } from "../support/faults.ts";
import { groupRoom, newUser, type TestUser, three, two } from "../support/people.ts";

afterEach(clearFaults);

/**
 * Delays a write of the first call once. The whole second call runs between the first call's read
 * and its write.
 */
async function overlap(
  roomId: string,
  late: { action: string; sk: string },
  first: () => Promise<Answer<unknown>>,
  second: () => Promise<Answer<unknown>>,
): Promise<void> {
  await injectFault({
    kind: "delay",
    service: "dynamodb",
    pk: `ROOM#${roomId}`,
    function: "rooms",
    delay_ms: 2500,
    ...late,
  });
  const slow = first();
  await until(async () => (await listFaults())[0]?.hits === 1, "the first change is about to write");
  const quick = await second();
  expect([(await slow).status, quick.status]).toEqual([200, 200]);
}

function changeRole(admin: TestUser, roomId: string, user: TestUser, role: string) {
  return attempt("updateParticipant", {
    token: admin.token,
    params: { room_id: roomId, user_id: user.id },
    body: { role },
  });
}

function rename(user: TestUser, roomId: string, name: string) {
  return attempt("updateRoom", { token: user.token, params: { room_id: roomId }, body: { name } });
}

test("if a role is changed twice at once, the roster shows the valid one", async () => {
  const [ann, ben, cid] = await three();
  const roomId = await groupRoom(ann, [ben, cid]);
  await overlap(
    roomId,
    { action: "UpdateItem", sk: "ROSTER#" },
    () => changeRole(ann, roomId, ben, "admin"),
    () => changeRole(ann, roomId, ben, "member"),
  );
  const room = await call("getRoom", { token: ben.token, params: { room_id: roomId } });
  expect(room.me?.role).toBe("member");
  expect(room.participants?.find(({ id }) => id === ben.id)?.room_role).toBe("member");
});

test("a room whose last admin leaves gets an admin, even if the roster is out of date", async () => {
  const [ann, ben, cid] = await three();
  const roomId = await groupRoom(ann, [ben, cid]);
  expect((await changeRole(ann, roomId, ben, "admin")).status).toBe(200);
  const membership = { action: "UpdateItem", pk: `ROOM#${roomId}`, sk: "MEMBER#", function: "rooms" };
  await cutOff(() => changeRole(ann, roomId, ben, "member"), membership);
  await call("leaveRoom", { token: ann.token, params: { room_id: roomId } });
  const renamed = await Promise.all([ben, cid].map((user) => rename(user, roomId, "Ours")));
  expect(renamed.map(({ status }) => status).sort()).toEqual([200, 403]);
});

test("if permissions are changed twice at once, neither change undoes the other", async () => {
  const [ann, ben] = await two();
  const roomId = await groupRoom(ann, [ben]);
  const permit = (member: object) =>
    attempt("updatePermissions", { token: ann.token, params: { room_id: roomId }, body: { member } });
  await overlap(
    roomId,
    { action: "UpdateItem", sk: "HEAD" },
    () => permit({ can_send: false }),
    () => permit({ can_view_history: false }),
  );
  const { permissions } = await call("getRoom", { token: ann.token, params: { room_id: roomId } });
  expect(permissions?.member).toMatchObject({ can_send: false, can_view_history: false });
});

async function publicRoom(ann: TestUser): Promise<string> {
  return (await call("createRoom", { token: ann.token, body: { room_type: "public", name: "Before" } })).id;
}

async function listedAs(user: TestUser, roomId: string, name: string): Promise<boolean> {
  const page = await call("listPublicRooms", { token: user.token, query: { q: name, page_size: 100 } });
  return page.results.some(({ id }) => id === roomId);
}

test("if a public room is renamed twice at once, search finds it by the valid name", async () => {
  const ann = await newUser();
  const roomId = await publicRoom(ann);
  const [one, two] = [`one ${roomId}`, `two ${roomId}`];
  await overlap(
    roomId,
    { action: "PutItem", sk: "LISTING" },
    () => rename(ann, roomId, one),
    () => rename(ann, roomId, two),
  );
  const found = await Promise.all([one, two].map((name) => listedAs(ann, roomId, name)));
  expect(found).toEqual([false, true]);
});

test("a room that is archived while it is renamed is not listed", async () => {
  const ann = await newUser();
  const roomId = await publicRoom(ann);
  const name = `late ${roomId}`;
  await overlap(
    roomId,
    { action: "PutItem", sk: "LISTING" },
    () => rename(ann, roomId, name),
    () => attempt("archiveRoom", { token: ann.token, params: { room_id: roomId } }),
  );
  const page = await call("listPublicRooms", { token: ann.token, query: { q: name } });
  expect(page.count).toBe(0);
});
