import { afterEach, describe, expect, test } from "vitest";
import { type Answer, attempt, call } from "../support/contract-client.ts";
import { type FaultSpec, injectFault } from "../support/control.ts";
import { cutOff, expectOneHit } from "../support/faults.ts";
import { trySay } from "../support/messages.ts";
import { directRoom, type TestUser, two } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

interface Scene {
  readonly ann: TestUser;
  readonly ben: TestUser;
}

type Write = Pick<FaultSpec, "action" | "sk">;

/** An operation on a user who is, or was, no contact of ann's. */
interface Case {
  readonly write: Write;
  readonly prepare?: (scene: Scene) => Promise<unknown>;
  readonly run: (scene: Scene) => Promise<Answer<unknown>>;
  /** Another status of a repeat, if the first call had done it all and nothing is left to do. */
  readonly repeated?: number;
  /** Checks the state before the operation, and the state when it is done. */
  readonly before: (scene: Scene) => Promise<void>;
  readonly after: (scene: Scene) => Promise<void>;
}

function params({ ben }: Scene) {
  return { contact_id: ben.id };
}
function block(scene: Scene) {
  return attempt("blockContact", { token: scene.ann.token, params: params(scene) });
}
function unblock(scene: Scene) {
  return attempt("unblockContact", { token: scene.ann.token, params: params(scene) });
}
/** Returns whether ann blocks ben. Her list, a message, and the presence must agree on it. */
async function isBlocked({ ann, ben }: Scene): Promise<boolean> {
  const { results } = await call("listContacts", { token: ann.token, query: { blocked: "true" } });
  const listed = results.map((one) => one.id);
  const opened = await attempt("openDirectRoom", { token: ben.token, body: { user_id: ann.id } });
  const sent = opened.status === 403 ? opened : await trySay(ben, opened.body.id);
  const { online_users: online } = await call("listOnlineUsers", { token: ben.token });
  const status = await call("getUserStatus", { token: ben.token, params: { user_id: ann.id } });
  const signs = [listed.length === 1, sent.status === 403, !online.includes(ann.id), !status.is_online];
  expect(new Set(signs), `list, message, online list and status say ${signs.join(", ")}`).toHaveLength(1);
  return listed.length === 1;
}

async function blocked(scene: Scene) {
  return expect(await isBlocked(scene)).toBe(true);
}
async function unblocked(scene: Scene) {
  return expect(await isBlocked(scene)).toBe(false);
}
async function contactIds({ ann }: Scene) {
  return (await call("listContacts", { token: ann.token })).results.map((one) => [one.id, one.nickname]);
}
function open({ ann, ben }: Scene) {
  return directRoom(ann, ben);
}

const transaction = { action: "TransactWriteItems", sk: "BLOCK#" };
const contact = "CONTACT#";

const cases: Record<string, Case> = {
  "blockContact, with a direct room": {
    write: transaction,
    prepare: open,
    run: block,
    before: unblocked,
    after: blocked,
  },
  "blockContact, without": { write: transaction, run: block, before: async () => {}, after: blocked },
  unblockContact: {
    write: transaction,
    prepare: async (scene) => [await open(scene), await block(scene)],
    run: unblock,
    before: blocked,
    after: unblocked,
  },
  createContact: {
    write: { action: "PutItem", sk: contact },
    run: ({ ann, ben }) =>
      attempt("createContact", { token: ann.token, body: { user_id: ben.id, nickname: "Ben" } }),
    before: async () => {},
    after: async (scene) => expect(await contactIds(scene)).toEqual([[scene.ben.id, "Ben"]]),
  },
  deleteContact: {
    write: { action: "DeleteItem", sk: contact },
    prepare: ({ ann, ben }) => call("createContact", { token: ann.token, body: { user_id: ben.id } }),
    run: (scene) => attempt("deleteContact", { token: scene.ann.token, params: params(scene) }),
    repeated: 404,
    before: async () => {},
    after: async (scene) => expect(await contactIds(scene)).toEqual([]),
  },
};

async function setScene({ prepare }: Case): Promise<Scene> {
  const [ann, ben] = await two();
  const scene = { ann, ben };
  await prepare?.(scene);
  await call("heartbeat", { token: ann.token });
  return scene;
}

function injectAt(kind: FaultSpec["kind"], { ann }: Scene, write: Write): Promise<void> {
  return injectFault({ kind, service: "dynamodb", pk: `USER#${ann.id}`, ...write });
}

const succeeded = [200, 201, 204];

afterEach(expectOneHit);

for (const [name, one] of Object.entries(cases))
  describe(name, () => {
    test("ends after its write: the write is complete, and a repeat is answered", async () => {
      const scene = await setScene(one);
      await one.before(scene);
      await injectAt("crash", scene, one.write);
      expect((await one.run(scene)).status).toBe(500);
      await one.after(scene);
      expect([...succeeded, ...(one.repeated ? [one.repeated] : [])]).toContain(
        (await one.run(scene)).status,
      );
      await one.after(scene);
    });

    test("loses the answer of its write: it is done once", async () => {
      const scene = await setScene(one);
      await injectAt("lose", scene, one.write);
      const { status } = await one.run(scene);
      expect([...succeeded, ...(one.repeated ? [one.repeated] : [])]).toContain(status);
      await one.after(scene);
    });

    test("is throttled once: it is done nevertheless", async () => {
      const scene = await setScene(one);
      await injectAt("throttle", scene, one.write);
      expect(succeeded).toContain((await one.run(scene)).status);
      await one.after(scene);
    });
  });

for (const [what, run, is_online] of [
  ["a block", block, false],
  ["the end of a block", unblock, true],
] as const)
  test(`${what} that was cut off before its event is published by its repeat`, async () => {
    const scene = await setScene(cases.createContact as Case);
    await open(scene);
    if (is_online) await block(scene);
    const socket = await connect(scene.ben);
    await injectAt("crash", scene, transaction);
    expect((await run(scene)).status).toBe(500);
    expect(succeeded).toContain((await run(scene)).status);
    expect(await socket.next("presence")).toMatchObject({ user_id: scene.ann.id, is_online });
    await socket.close();
  });

describe("a message that was cut off before a block", () => {
  test("is not stored by a repeat after the block", async () => {
    const scene = await setScene(cases.createContact as Case);
    const { ann, ben } = scene;
    const roomId = await open(scene);
    await cutOff(() => trySay(ben, roomId, "hi", { client_message_id: "one" }), {
      action: "UpdateItem",
      pk: `ROOM#${roomId}`,
      sk: "MEMBER#",
    });
    expect((await block(scene)).status).toBe(200);
    expect((await trySay(ben, roomId, "hi", { client_message_id: "one" })).status).toBe(403);
    const { results } = await call("listMessages", { token: ann.token, params: { room_id: roomId } });
    expect(results).toEqual([]);
    await unblock(scene);
    expect((await trySay(ben, roomId, "hi", { client_message_id: "one" })).status).toBe(201);
  });

  test("is stored, and not delivered by a repeat after the block", async () => {
    const scene = await setScene(cases.createContact as Case);
    const { ann, ben } = scene;
    const roomId = await open(scene);
    await cutOff(() => trySay(ben, roomId, "hi", { client_message_id: "one" }), {
      action: "PutItem",
      pk: `ROOM#${roomId}`,
      sk: "MSG#",
    });
    expect((await block(scene)).status).toBe(200);
    const socket = await connect(ann);
    expect(await trySay(ben, roomId, "hi", { client_message_id: "one" })).toMatchObject({
      status: 200,
      body: { content: "hi" },
    });
    await socket.request({ type: "ping" });
    expect(socket.events.filter((event) => event.type === "message")).toEqual([]);
    await socket.close();
  });
});
