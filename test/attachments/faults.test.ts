import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults, type FaultSpec, injectFault, listFaults } from "../support/control.ts";
import { png, uploaded } from "../support/files.ts";
import { groupRoom, type TestUser, two } from "../support/people.ts";

/** The calls of a send with a file, in their order. */
const steps = {
  inspect: { service: "s3", action: "GetObject", pk: "pending/" },
  copy: { service: "s3", action: "CopyObject" },
  order: { service: "dynamodb", action: "UpdateItem", sk: "HEAD" },
  claim: { service: "dynamodb", action: "UpdateItem", sk: "MEMBER#" },
  bind: { service: "dynamodb", action: "UpdateItem", pk: "FILE#" },
  write: { service: "dynamodb", action: "PutItem", sk: "MSG#" },
  // The same as `bind`, the second time.
  keep: { service: "dynamodb", action: "UpdateItem", pk: "FILE#", nth: 2 },
  show: { service: "dynamodb", action: "UpdateItem", sk: "HEAD", nth: 2 },
} as const;
type Step = keyof typeof steps;
const everyStep = Object.keys(steps) as Step[];

let ann: TestUser;
let ben: TestUser;
let roomId: string;
let fileId: string;
let expectedHits: number[];

beforeAll(async () => {
  [ann, ben] = await two();
});
beforeEach(async () => {
  expectedHits = [1];
  roomId = await groupRoom(ann, [ben]);
  await call("sendMessage", { token: ann.token, params: { room_id: roomId }, body: { content: "before" } });
  fileId = await uploaded(ann, roomId);
});
afterEach(async () => {
  // The fault hit as often as expected; otherwise the test has shown nothing.
  const hits = (await listFaults()).map((fault) => fault.hits);
  await clearFaults();
  expect(hits).toEqual(expectedHits);
});

function send(client_message_id?: string, further: Record<string, unknown> = {}) {
  return attempt("sendMessage", {
    token: ann.token,
    params: { room_id: roomId },
    body: { file_id: fileId, client_message_id, ...further },
  });
}

function injectAt(kind: FaultSpec["kind"], step: Step, further: Partial<FaultSpec> = {}) {
  return injectFault({ kind, function: "messages", ...steps[step], ...further });
}

/**
 * Returns the messages that have the file, as the other member sees them, each with its downloaded
 * bytes.
 */
async function withFile() {
  const page = await call("listMessages", { token: ben.token, params: { room_id: roomId } });
  const having = page.results.filter(({ attachments }) =>
    attachments.some(({ file_id }) => file_id === fileId),
  );
  for (const { file_attachment } of having) {
    const response = await fetch(file_attachment ?? "");
    expect(Buffer.from(await response.arrayBuffer()).equals(png)).toBe(true);
  }
  return having;
}

async function lastMessage() {
  return (await call("getRoom", { token: ben.token, params: { room_id: roomId } })).last_message;
}

/** The file is in exactly one message, which is the room's last one, and stays. */
async function expectSentOnce(seq: number) {
  expect((await withFile()).map((message) => message.seq)).toEqual([seq]);
  expect(await lastMessage()).toMatchObject({ seq, message_type: "image", content: "" });
  const upload = await call("getUpload", { token: ben.token, params: { file_id: fileId } });
  expect(upload).toMatchObject({ status: "attached", message_id: `${roomId}-${seq}` });
  expect((await send("another-id")).status).toBe(409);
  expect(await withFile()).toHaveLength(1);
}

describe("the function ends after", () => {
  for (const step of everyStep)
    test(`${step}: the retry with the same id sends the file once`, async () => {
      await injectAt("crash", step);
      expect((await send("the-id")).status).toBe(500);
      const retry = await send("the-id");
      expect([200, 201]).toContain(retry.status);
      // Only a number without a claim stays unused.
      expect(retry.body.seq).toBe(step === "order" ? 3 : 2);
      await expectSentOnce(retry.body.seq);
    });

  for (const step of ["inspect", "copy", "order", "claim"] as const)
    test(`${step}: a sender without an id sends the file again`, async () => {
      await injectAt("crash", step);
      expect((await send()).status).toBe(500);
      const retry = await send();
      expect(retry.status).toBe(201);
      await expectSentOnce(retry.body.seq);
    });

  test("bind: a sender without an id gets a 409, and the file is in no message", async () => {
    await injectAt("crash", "bind");
    expect((await send()).status).toBe(500);
    expect((await send()).status).toBe(409);
    expect(await withFile()).toEqual([]);
    // It is still an upload of its sender, who sees that it is in no message.
    const upload = await call("getUpload", { token: ann.token, params: { file_id: fileId } });
    expect(upload).toMatchObject({ status: "pending", url: null });
  });
});

describe("the answer is lost, and the SDK repeats the call, of", () => {
  for (const step of everyStep)
    test(`${step}: the file is sent once`, async () => {
      await injectAt("lose", step);
      const { status, body } = await send("the-id");
      expect(status).toBe(201);
      await expectSentOnce(body.seq);
    });
});

describe("a call is throttled for good at", () => {
  for (const step of ["copy", "bind", "write"] as const)
    test(`${step}: the send fails, nothing is shown, and the retry completes it`, async () => {
      await injectAt("throttle", step, { times: 0 });
      expect((await send("the-id")).status).toBe(503);
      expect(await lastMessage()).toMatchObject({ content: "before" });
      expect(await withFile()).toEqual([]);
      expect((await listFaults())[0]?.hits).toBeGreaterThan(1);
      await clearFaults();
      expectedHits = [];
      const retry = await send("the-id");
      expect(retry.status).toBe(201);
      await expectSentOnce(retry.body.seq);
    });

  test("keep: the message is sent nevertheless", async () => {
    await injectAt("throttle", "keep", { times: 0 });
    const { status, body } = await send("the-id");
    expect(status).toBe(201);
    await clearFaults();
    expectedHits = [];
    await expectSentOnce(body.seq);
  });
});

describe("two concurrent sends of one file", () => {
  test("with different ids: one wins, and the other leaves nothing", async () => {
    // Both read the file before either takes it, and the winner's message is stored late.
    await injectAt("delay", "order", { delay_ms: 300, times: 2, nth: 1 });
    await injectAt("delay", "write", { delay_ms: 500 });
    expectedHits = [2, 1];
    const answers = await Promise.all([send("one"), send("other")]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const seq = answers.find(({ status }) => status === 201)?.body.seq ?? 0;
    expect(await withFile()).toHaveLength(1);
    expect(await lastMessage()).toMatchObject({ seq, message_type: "image" });
    expect(
      (await call("listMessages", { token: ben.token, params: { room_id: roomId } })).results,
    ).toHaveLength(2);
  });

  test("with the same id: both are answered with the one message", async () => {
    await injectAt("delay", "order", { delay_ms: 300, times: 2 });
    expectedHits = [2];
    const answers = await Promise.all([send("the-id"), send("the-id")]);
    for (const { status } of answers) expect([200, 201]).toContain(status);
    const [one, other] = answers;
    expect(one?.body.seq).toBe(other?.body.seq);
    await expectSentOnce(one?.body.seq ?? 0);
  });

  test("a send and a deletion: the file is in the message, or nowhere", async () => {
    await injectAt("delay", "order", { delay_ms: 300 });
    const sending = send("the-id");
    await expect.poll(async () => (await listFaults())[0]?.hits).toBe(1);
    const deleted = await attempt("deleteUpload", { token: ann.token, params: { file_id: fileId } });
    expect(deleted.status).toBe(204);
    expect((await sending).status).toBe(404);
    expect(await withFile()).toEqual([]);
    expect(await lastMessage()).toMatchObject({ content: "before" });
  });
});

describe("forwarding: the function ends after", () => {
  for (const [step, fault] of Object.entries({
    "putting the file": { service: "dynamodb", action: "PutItem", pk: "FILE#" },
    copy: steps.copy,
    bind: steps.bind,
    write: steps.write,
  } satisfies Record<string, Omit<FaultSpec, "kind">>))
    test(`${step}: the retry with the same id forwards the file once`, async () => {
      const source = await send("the-id");
      const forward = () =>
        attempt("forwardMessage", {
          token: ben.token,
          params: { room_id: roomId, message_id: source.body.id },
          body: { room_ids: [roomId], client_message_id: "forward" },
        });
      await injectFault({ kind: "crash", function: "messages", ...fault });
      expect((await forward()).status).toBe(500);
      const [copy] = (await forward()).body.results;
      const page = await call("listMessages", { token: ann.token, params: { room_id: roomId } });
      const forwarded = page.results.filter((message) => message.forwarded_from === source.body.id);
      expect(forwarded.map(({ id }) => id)).toEqual([copy?.id]);
      const response = await fetch(forwarded[0]?.file_attachment ?? "");
      expect(Buffer.from(await response.arrayBuffer()).equals(png)).toBe(true);
    });
});
