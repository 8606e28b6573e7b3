import { afterEach, describe, expect, test } from "vitest";
import { callsInSequence, lateAnswer } from "../support/calls-in-sequence.ts";
import { call } from "../support/contract-client.ts";
import {
  advanceClock,
  clearFaults,
  type FaultSpec,
  injectFault,
  listFaults,
  metered,
} from "../support/control.ts";
import { keys } from "../support/internals.ts";
import { say } from "../support/messages.ts";
import { directRoom, newUsers } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

afterEach(clearFaults);

describe("connections whose end was not reported", () => {
  test("are removed by the next post, and cost nothing afterwards", async () => {
    const [ann, ben] = await newUsers(2);
    if (!ann || !ben) throw new Error("no users");
    const roomId = await directRoom(ann, ben);
    // The function that handles the end can't write: the connection stays where it was recorded.
    await injectFault({
      kind: "throttle",
      service: "dynamodb",
      function: "disconnect",
      // The end of another test's connection may come late.
      ...keys.presence(ben.id),
      times: 0,
    });
    const socket = await connect(ben);
    await socket.close();
    // As many times as the SDK tries.
    await expect.poll(async () => (await listFaults())[0]?.hits, { timeout: 20_000 }).toBe(5);
    await clearFaults();
    const posts = async () => {
      const { operations } = await metered(() => say(ann, roomId));
      return Object.values(operations).reduce((sum, counts) => sum + counts.posts, 0);
    };
    // A connection that may still be opening is not given up after one post that misses it.
    await advanceClock(61_000);
    expect(await posts()).toBe(1);
    expect(await posts()).toBe(0);
  });

  test("a post to a connection before its upgrade is complete does not end its delivery", async () => {
    const [ann, ben] = await newUsers(2);
    if (!ann || !ben) throw new Error("no users");
    const roomId = await directRoom(ann, ben);
    await injectFault({
      kind: "delay",
      service: "dynamodb",
      function: "connect",
      sk: "SESSION#",
      delay_ms: 2000,
    });
    const connecting = connect(ben);
    await expect
      .poll(async () => (await call("getProfile", { token: ben.token })).is_online, { timeout: 10_000 })
      .toBe(true);
    await say(ann, roomId);
    const socket = await connecting;
    const second = await say(ann, roomId);
    await socket.until(
      (events) => events.some((event) => event.type === "message" && event.message.id === second.id),
      "The second message",
    );
    await socket.close();
  });
});

describe("a failing delivery", () => {
  const troubles: [string, FaultSpec][] = [
    ["the roster", { kind: "throttle", service: "dynamodb", action: "GetItem", sk: "ROSTER", times: 0 }],
    [
      "the connections of the members",
      { kind: "throttle", service: "dynamodb", action: "BatchGetItem", times: 0 },
    ],
  ];
  for (const [what, fault] of troubles)
    test(`a message is answered as sent if ${what} cannot be read`, async () => {
      const [ann, ben] = await newUsers(2);
      if (!ann || !ben) throw new Error("no users");
      const roomId = await directRoom(ann, ben);
      await injectFault({ ...fault, function: "messages" });
      const sent = await say(ann, roomId);
      await clearFaults();
      const page = await call("listMessages", { token: ben.token, params: { room_id: roomId } });
      expect(page.results.map((message) => message.id)).toEqual([sent.id]);
    });

  test("a post that fails leaves the message stored and answered", async () => {
    const [ann, ben] = await newUsers(2);
    if (!ann || !ben) throw new Error("no users");
    const roomId = await directRoom(ann, ben);
    const socket = await connect(ben);
    await injectFault({ kind: "throttle", service: "execute-api", times: 0 });
    const sent = await say(ann, roomId);
    await clearFaults();
    const page = await call("listMessages", { token: ben.token, params: { room_id: roomId } });
    expect(page.results).toEqual([sent]);
    await socket.close();
  });

  test("a gateway that does not answer delays a message by seconds, not until the function ends", async () => {
    const [ann, ben] = await newUsers(2);
    if (!ann || !ben) throw new Error("no users");
    const roomId = await directRoom(ann, ben);
    const socket = await connect(ben);
    await injectFault({ kind: "delay", service: "execute-api", delay_ms: 60_000, times: 0 });
    const sent = await say(ann, roomId);
    await clearFaults();
    const page = await call("listMessages", { token: ben.token, params: { room_id: roomId } });
    expect(page.results).toEqual([sent]);
    await socket.close();
  }, 40_000);

  test("a gateway that is busy once delays the message, and loses none", async () => {
    const [ann, ben] = await newUsers(2);
    if (!ann || !ben) throw new Error("no users");
    const roomId = await directRoom(ann, ben);
    const socket = await connect(ben);
    await injectFault({ kind: "throttle", service: "execute-api" });
    const sent = await say(ann, roomId);
    expect((await socket.next("message")).message).toEqual(sent);
    await socket.close();
  });
});

describe("the cost of a send", () => {
  test("in a direct room: 3 WRU, 3 RRU, 6 calls, 4 of them in sequence, a post for each connection", async () => {
    const [ann, ben] = await newUsers(2);
    if (!ann || !ben) throw new Error("no users");
    const roomId = await directRoom(ann, ben);
    const sockets = await Promise.all([connect(ann), connect(ben), connect(ben)]);
    await say(ann, roomId);
    const { operations } = await metered(() => say(ann, roomId));
    const [counts] = Object.values(operations);
    expect(Object.keys(operations)).toHaveLength(1);
    expect(counts).toMatchObject({ dynamodb_calls: 6, posts: 3, invocations: 1 });
    expect(counts?.wru).toBeLessThanOrEqual(3);
    expect(counts?.rru).toBeLessThanOrEqual(3);
    await injectFault({ kind: "delay", service: "dynamodb", times: 0, delay_ms: lateAnswer });
    const late = await metered(() => say(ann, roomId));
    expect(callsInSequence(late.calls.filter((one) => one.service === "dynamodb"))).toBe(4);
    await Promise.all(sockets.map((socket) => socket.close()));
  });
});
