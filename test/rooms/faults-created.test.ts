/** Rooms that are created in one write, by a call that ends before it publishes them. */
import { afterEach, expect, test } from "vitest";
import type { Room } from "../../contract/objects/room.ts";
import { type Answer, attempt } from "../support/contract-client.ts";
import { clearFaults } from "../support/control.ts";
import { cutOff } from "../support/faults.ts";
import { type TestUser, two } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

afterEach(clearFaults);

const made: Record<string, (ann: TestUser, ben: TestUser, key: string) => Promise<Answer<Room>>> = {
  "createRoom with an Idempotency-Key": ({ token }, ben, key) =>
    attempt("createRoom", {
      token,
      headers: { "idempotency-key": key },
      body: { room_type: "group", name: "New", participant_ids: [ben.id] },
    }),
  openDirectRoom: ({ token }, ben) => attempt("openDirectRoom", { token, body: { user_id: ben.id } }),
};

for (const [name, run] of Object.entries(made))
  test(`${name}: the repeat publishes the room to its members`, async () => {
    const [ann, ben] = await two();
    const sockets = await Promise.all([connect(ann), connect(ben)]);
    const key = crypto.randomUUID();
    await cutOff(() => run(ann, ben, key), { action: "TransactWriteItems", function: "rooms" });
    const { status, body } = await run(ann, ben, key);
    expect(status).toBe(200);
    for (const socket of sockets) {
      expect((await socket.next("room_created")).room.id).toBe(body.id);
      await socket.close();
    }
  });
