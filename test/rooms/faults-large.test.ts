import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults, type FaultSpec, injectFault, listFaults } from "../support/control.ts";
import { newAccounts, newUser, type TestUser } from "../support/people.ts";
import { copyRoom } from "../support/room-copies.ts";

/** With ann, these fill the first chunk of a roster. */
const accountCount = 199;

let ann: TestUser;
let late: string;
let accounts: string[];
/** A room whose first chunk is full. Tests work on copies of it. */
let full: string;
beforeAll(async () => {
  ann = await newUser("ann");
  [late = "", ...accounts] = await newAccounts(accountCount + 1);
  full = await create(accounts);
}, 180_000);

function draft(participant_ids: readonly string[]) {
  return {
    token: ann.token,
    body: { room_type: "group", name: "Full", participant_ids },
  };
}

async function create(participant_ids: readonly string[]): Promise<string> {
  return (await call("createRoom", draft(participant_ids))).id;
}

/** Adds a member whom the first chunk cannot hold. */
function addLate(roomId: string) {
  return attempt("addParticipants", {
    token: ann.token,
    params: { room_id: roomId },
    body: { user_ids: [late] },
  });
}

/** Returns the members of a room as they are listed; the room must count as many. */
async function members(roomId: string): Promise<string[]> {
  const params = { room_id: roomId };
  const pages = await Promise.all(
    [1, 2, 3].map((page) =>
      call("listParticipants", { token: ann.token, params, query: { page, page_size: 100 } }),
    ),
  );
  const ids = pages.flatMap((page) => page.results.map((one) => one.id));
  const room = await call("getRoom", { token: ann.token, params });
  expect([pages[0]?.count, room.participant_count]).toEqual([ids.length, ids.length]);
  return ids.sort();
}

function injectAt(kind: FaultSpec["kind"], roomId: string, write: Partial<FaultSpec>): Promise<void> {
  return injectFault({ kind, service: "dynamodb", pk: `ROOM#${roomId}`, ...write });
}

afterEach(async () => {
  // The fault hit once; otherwise the test has shown nothing.
  expect((await listFaults()).map((fault) => fault.hits)).toEqual([1]);
  await clearFaults();
});

/**
 * The writes that add a member beyond a full chunk: the first try, the second chunk, and the second
 * try in it.
 */
const growth = [
  { action: "PutItem", sk: "MEMBER#" },
  { action: "UpdateItem", sk: "ROSTER#0" },
  { action: "UpdateItem", sk: "ROSTER#0", nth: 2 },
  { action: "PutItem", sk: "COUNTS" },
  { action: "UpdateItem", sk: "COUNTS" },
  { action: "PutItem", sk: "ROSTER#1" },
  { action: "UpdateItem", sk: "HEAD" },
  { action: "UpdateItem", sk: "MEMBER#" },
  { action: "UpdateItem", sk: "ROSTER#1" },
  { action: "UpdateItem", sk: "COUNTS", nth: 2 },
];

describe("a roster that grows by a chunk", () => {
  for (const kind of ["crash", "lose"] as const)
    for (const [at, write] of growth.entries())
      test(`${kind} at write ${at + 1} (${write.action} ${write.sk}): all are listed once`, async () => {
        const roomId = await copyRoom(full);
        await injectAt(kind, roomId, write);
        expect((await addLate(roomId)).status).toBe(kind === "crash" ? 500 : 200);
        expect((await addLate(roomId)).status).toBe(200);
        expect(await members(roomId)).toEqual([ann.id, late, ...accounts].sort());
      });
});

test("if a creation is cut off before its transaction and repeated, early members can be removed", async () => {
  const ids = [...accounts, late];
  // The members with the last ids are written first.
  const early = ids.toSorted().at(-1) ?? "";
  const request = { ...draft(ids), headers: { "idempotency-key": "cut-off-1" } };
  await injectFault({
    kind: "crash",
    service: "dynamodb",
    action: "PutItem",
    sk: `MEMBER#${early}`,
    function: "rooms",
  });
  expect((await attempt("createRoom", request)).status).toBe(500);
  const { id } = await call("createRoom", request);
  await call("removeParticipant", { token: ann.token, params: { room_id: id, user_id: early } });
  expect(await members(id)).toEqual([ann.id, ...ids].filter((one) => one !== early).sort());
});

describe("a member of a later chunk is removed", () => {
  const removal = [
    { action: "DeleteItem", sk: "MEMBER#" },
    { action: "UpdateItem", sk: "ROSTER#1" },
    { action: "UpdateItem", sk: "COUNTS" },
  ];
  for (const kind of ["crash", "lose"] as const)
    for (const [at, write] of removal.entries())
      test(`${kind} at write ${at + 1} (${write.action} ${write.sk}): all others are listed once`, async () => {
        const roomId = await copyRoom(full);
        expect((await addLate(roomId)).status).toBe(200);
        const list = await call("listParticipants", {
          token: ann.token,
          params: { room_id: roomId },
          query: { page: 3, page_size: 100 },
        });
        const last = list.results.at(-1)?.id ?? "";
        const remove = () =>
          attempt("removeParticipant", { token: ann.token, params: { room_id: roomId, user_id: last } });
        await injectAt(kind, roomId, write);
        expect((await remove()).status).toBe(kind === "crash" ? 500 : 204);
        expect([204, 404]).toContain((await remove()).status);
        expect(await members(roomId)).toEqual([ann.id, late, ...accounts].filter((id) => id !== last).sort());
      });
});
