import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { call } from "../support/contract-client.ts";
import {
  advanceClock,
  clearFaults,
  injectFault,
  listFaults,
  readMeter,
  resetMeter,
} from "../support/control.ts";
import { shardOf } from "../support/internals.ts";
import {
  type Listener,
  type LoadRunner,
  type LoadUser,
  listenAll,
  seqsOf,
  startLoadRunner,
} from "../support/load.ts";
import { say } from "../support/messages.ts";
import { countMessages, operatorSqs, peekMessages, queueUrl } from "../support/operator.ts";

/** More users than are posted to without the queue. */
const peopleCount = 205;
/** As often as the SDK tries to post, and as often as a page is received. */
const postAttempts = 4;
const pageAttempts = 5;
/** How many pages of a room are delivered side by side. */
const lanes = 8;

let load: LoadRunner;
let ann: LoadUser;
/** The user whose connection fails. */
let ben: LoadUser;
let connectionId: string;
let others: Listener[];
let failing: Listener;
/** The users of one lane, so that one page holds them all. */
let laneMates: LoadUser[];
let roomId: string;
/** The number of the last message before a test. */
let from = 0;
beforeAll(async () => {
  // One worker of each function, so that a page is redelivered to the worker that knows its
  // recipients.
  load = await startLoadRunner("--concurrency", "1");
  const people = await load.newUsers(peopleCount);
  const [first, second, ...rest] = people;
  if (!first || !second) throw new Error("no people");
  [ann, ben] = [first, second];
  laneMates = people.filter(({ id }) => shardOf(id, lanes) === shardOf(first.id, lanes));
  others = await listenAll([ann, ...rest], 1);
  [failing] = (await listenAll([ben], 1)) as [Listener];
  const sessions = await call("listActiveSessions", { token: ben.token });
  connectionId = sessions[0]?.session_id ?? "";
  const body = { room_type: "group", name: "Assembly", participant_ids: people.map(({ id }) => id) };
  roomId = (await call("createRoom", { token: ann.token, body })).id;
}, 180_000);
beforeEach(async () => {
  await queueIsEmpty();
  from = (await call("getRoom", { token: ann.token, params: { room_id: roomId } })).seq;
});
afterAll(async () => {
  await load.stop();
});
afterEach(clearFaults);

function queueIsEmpty() {
  return expect
    .poll(() => countMessages("DeliveryQueueUrl"), { timeout: 30_000 })
    .toMatchObject({ visible: 0, inFlight: 0 });
}

/** The messages of a test that a listener has got, by their places among them. */
function gotOf(listener: Listener): number[] {
  return seqsOf(listener, roomId)
    .map((seq) => seq - from)
    .filter((place) => place > 0);
}

/** The different lists of messages that listeners have got. */
function got(listeners: readonly Listener[]): string[] {
  return [...new Set(listeners.map((listener) => gotOf(listener).join()))];
}

function failPosts(times: number) {
  return injectFault({
    kind: "throttle",
    service: "execute-api",
    pk: connectionId,
    function: "fanOut",
    times,
  });
}

function becomes(listeners: readonly Listener[], seqs: string) {
  return expect.poll(() => got(listeners), { timeout: 50_000, interval: 200 }).toEqual([seqs]);
}

describe("a connection that cannot be reached for some time", () => {
  test("gets missed messages in order, and all others have them once", async () => {
    await failPosts(2 * postAttempts);
    await say(ann, roomId, "first");
    await say(ann, roomId, "second");
    await becomes(others, "1,2");
    await becomes([failing], "1,2");
    expect((await listFaults())[0]?.hits).toBe(2 * postAttempts);
    await queueIsEmpty();
    expect(got(others)).toEqual(["1,2"]);
  });

  test("loses a page that has failed too often, which becomes a dead letter, and no later page", async () => {
    const before = await countMessages("DeliveryDeadLettersUrl");
    await failPosts(pageAttempts * postAttempts);
    await say(ann, roomId, "first");
    await becomes(others, "1");
    await expect
      .poll(
        async () => {
          // The page comes again after one second, two, three and four.
          await advanceClock(1000);
          return (await countMessages("DeliveryDeadLettersUrl")).visible;
        },
        { timeout: 50_000, interval: 250 },
      )
      .toBe(before.visible + 1);
    expect(await peekMessages("DeliveryDeadLettersUrl")).toContainEqual(
      expect.objectContaining({
        room_id: roomId,
        user_ids: expect.arrayContaining([ben.id]),
        event: expect.objectContaining({ type: "message" }),
      }),
    );
    await say(ann, roomId, "second");
    await becomes(others, "1,2");
    await becomes([failing], "2");
  }, 120_000);

  test("gets each message once when the queue refuses pages for a moment", async () => {
    await injectFault({ kind: "throttle", service: "sqs", function: "messages" });
    await say(ann, roomId, "first");
    await injectFault({ kind: "lose", service: "sqs", function: "messages" });
    await say(ann, roomId, "second");
    await becomes([...others, failing], "1,2");
    expect((await listFaults()).map((fault) => fault.hits)).toEqual([1, 1]);
  });
});

describe("fanOut", () => {
  test("delivers the page again when it ended while it posted", async () => {
    await injectFault({ kind: "crash", service: "execute-api", function: "fanOut" });
    await say(ann, roomId, "first");
    await expect.poll(async () => (await listFaults())[0]?.hits).toBe(1);
    // The page was not postponed: it comes again when the queue's visibility timeout ends.
    await advanceClock(181_000);
    await expect
      .poll(() => [...others, failing].filter((listener) => !gotOf(listener).includes(1)), {
        timeout: 30_000,
      })
      .toEqual([]);
  });

  test("gives up at once a message that is no page, and continues with the next", async () => {
    const before = await countMessages("DeliveryDeadLettersUrl");
    const sqs = operatorSqs();
    const broken = [
      "{",
      JSON.stringify({ room_id: roomId }),
      JSON.stringify({ room_id: roomId, user_ids: [], event: { type: "message" } }),
    ];
    for (let lane = 0; lane < 8; lane += 1)
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl("DeliveryQueueUrl"),
          MessageBody: broken[lane % broken.length],
          MessageGroupId: `${roomId}:${lane}`,
          MessageDeduplicationId: `${roomId}:${lane}`,
        }),
      );
    await say(ann, roomId, "first");
    await becomes([...others, failing], "1");
    await expect
      .poll(async () => (await countMessages("DeliveryDeadLettersUrl")).visible)
      .toBe(before.visible + 8);
  });

  test("ends in time when posts take long, repeats no post and loses no page", async () => {
    const before = await countMessages("DeliveryDeadLettersUrl");
    // A page of the lane has some 390 posts of 2 seconds, 50 at a time: 16 of the function's 30 s.
    const listeners = await listenAll(laneMates, 15);
    const body = { room_type: "group", name: "Lane", participant_ids: laneMates.map(({ id }) => id) };
    const { id } = await call("createRoom", { token: ann.token, body });
    await queueIsEmpty();
    await resetMeter();
    await injectFault({
      ...{ kind: "delay", service: "execute-api", function: "fanOut" },
      ...{ delay_ms: 2000, times: 0 },
    });
    const params = { room_id: id };
    for (const content of ["first", "second"])
      await call("sendMessage", { token: ann.token, params, body: { content } });
    const postponed = async () =>
      (await readMeter()).calls.some(
        (made) => made.function === "fanOut" && made.action === "ChangeMessageVisibilityBatch",
      );
    await expect.poll(postponed, { timeout: 50_000 }).toBe(true);
    await clearFaults();
    const heard = () => [...new Set(listeners.map((listener) => seqsOf(listener, id).join()))];
    await expect.poll(heard, { timeout: 30_000 }).toEqual(["1,2"]);
    await queueIsEmpty();
    expect(heard()).toEqual(["1,2"]);
    expect(await countMessages("DeliveryDeadLettersUrl")).toEqual(before);
  }, 120_000);
});
