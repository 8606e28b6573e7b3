import { marshall } from "@aws-sdk/util-dynamodb";
import type { AttributeValue, DynamoDBRecord } from "aws-lambda";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Message } from "../../contract/objects/message.ts";
import { emptyQueues, until } from "../support/background.ts";
import { call } from "../support/contract-client.ts";
import { clearFaults, injectFault, listFaults, meteredWithStream } from "../support/control.ts";
import { internals, keys } from "../support/internals.ts";
import { edit, remove, say } from "../support/messages.ts";
import { actAsFunction, itemsOfRoom, type StoredItem } from "../support/operator.ts";
import { groupRoom, type TestUser, two } from "../support/people.ts";
import { losePostings, termsOfRoom } from "../support/postings.ts";
import { newRandom } from "../support/random.ts";
import { untilIndexed } from "../support/search.ts";

let ann: TestUser;
let ben: TestUser;

beforeAll(async () => {
  [ann, ben] = await two();
});
afterEach(async () => {
  await clearFaults();
  await emptyQueues();
});

function restore({ room, id }: Message) {
  return call("restoreMessage", { token: ann.token, params: { room_id: room, message_id: id } });
}

describe("the postings of a message", () => {
  const faults = {
    "the function ends before it knows that terms were written": { kind: "crash", action: "BatchWriteItem" },
    "the function ends when it looks at the message": { kind: "crash", action: "GetItem" },
    "the answer of the write is lost": { kind: "lose", action: "BatchWriteItem" },
    "half of the terms are not taken": { kind: "unprocessed", action: "BatchWriteItem" },
  } as const;
  for (const [what, fault] of Object.entries(faults))
    test(`are complete in the end, without removed ones, if ${what}`, async () => {
      const room = await groupRoom(ann, [ben]);
      const message = await say(ann, room, "Alpha bravo charlie");
      await untilIndexed();
      await injectFault({ service: "dynamodb", function: "tableStream", ...fault });
      await say(ann, room, "Delta echo foxtrot");
      await edit(ann, message, "Alpha golf hotel");
      const expected = { 1: ["alpha", "golf", "hotel"], 2: ["delta", "echo", "foxtrot"] };
      await until(
        async () => JSON.stringify(await termsOfRoom(room)) === JSON.stringify(expected),
        "both are found by their words",
      );
      expect((await listFaults())[0]?.hits).toBeGreaterThan(0);
    });

  test("are written from the tasks queue if the stream gave up", async () => {
    const room = await groupRoom(ann, [ben]);
    // As many times as the SDK tries for the one change.
    await injectFault({
      kind: "throttle",
      service: "dynamodb",
      action: "BatchWriteItem",
      function: "tableStream",
      times: 5,
    });
    await say(ann, room, "Parked words");
    await until(async () => (await termsOfRoom(room))[1]?.length === 2, "the message is found");
  });
});

type Image = Record<string, AttributeValue>;

/** Returns the stream's record of a message that changed from one state to another. */
function recordOf(before: StoredItem | undefined, after: StoredItem | undefined): DynamoDBRecord {
  const item = after ?? before;
  // Safe: the types differ in binary values alone, which no message has.
  const imageOf = (of: object): Image => marshall(of) as Image;
  return {
    eventName: before ? "MODIFY" : "INSERT",
    dynamodb: {
      Keys: imageOf({ pk: item?.pk, sk: item?.sk }),
      ...(before && { OldImage: imageOf(before) }),
      ...(after && { NewImage: imageOf(after) }),
    },
  };
}

async function messageItem(roomId: string): Promise<StoredItem> {
  const { sk } = keys.message(roomId, 1);
  const item = (await itemsOfRoom(roomId)).find((one) => one.sk === sk);
  if (!item) throw new Error("The message is stored.");
  return item;
}

/** Returns a message's room, the records of all its changes in their order, and its last terms. */
async function lifeOf(): Promise<{ room: string; records: DynamoDBRecord[]; terms: string[] }> {
  const room = await groupRoom(ann, [ben]);
  const message = await say(ann, room, "one two three");
  const states = [await messageItem(room)];
  const then = async (work: Promise<unknown>): Promise<void> => {
    await work;
    states.push(await messageItem(room));
  };
  await then(edit(ann, message, "two three four"));
  await then(remove(ann, message));
  await then(restore(message));
  await then(edit(ann, message, "three four five"));
  await then(edit(ann, message, "one five six"));
  await untilIndexed();
  const records = states.map((state, at) => recordOf(states[at - 1], state));
  return { room, records, terms: ["five", "one", "six"] };
}

describe("records of one message", () => {
  test("end in its last content, in any order, replayed, and several at once", async () => {
    const { room, records, terms } = await lifeOf();
    actAsFunction();
    const { handleChange } = await internals.stream();
    for (let seed = 1; seed <= 12; seed += 1) {
      const random = newRandom(seed);
      const order = [...records, ...records.slice(0, random.below(records.length))]
        .map((record) => ({ record, place: random.next() }))
        .sort((one, other) => one.place - other.place)
        .map(({ record }) => record);
      await losePostings(room);
      if (seed % 3 === 0) await Promise.all(order.map(handleChange));
      else for (const record of order) await handleChange(record);
      expect(await termsOfRoom(room), `seed ${seed}`).toEqual({ 1: terms });
    }
  });

  test("write the changed words alone, even if it has changed again meanwhile", async () => {
    const room = await groupRoom(ann, [ben]);
    const rest = Array.from({ length: 50 }, (_, at) => `word${at}`).join(" ");
    const message = await say(ann, room, `edit0 ${rest}`);
    const states = [await messageItem(room)];
    for (let at = 1; at <= 5; at += 1) {
      await edit(ann, message, `edit${at} ${rest}`);
      states.push(await messageItem(room));
    }
    await untilIndexed();
    actAsFunction();
    const { handleChange } = await internals.stream();
    const { searchIndex } = await internals.searchIndex();
    const change = vi.spyOn(await searchIndex(), "change");
    for (const [at, state] of states.entries())
      if (at > 0) await handleChange(recordOf(states[at - 1], state));
    const written = change.mock.calls.flatMap(([changes]) =>
      changes.flatMap(({ missing, obsolete }) => [...missing, ...obsolete]),
    );
    change.mockRestore();
    // The new word, the removed one, and the one that returned, since it is removed by now.
    expect(written.length).toBeLessThanOrEqual(3 * 5);
    expect((await termsOfRoom(room))[1]?.filter((term) => term.startsWith("edit"))).toEqual(["edit5"]);
    expect((await termsOfRoom(room))[1]).toHaveLength(51);
  });

  test("cost only the invocation if they do not change its content", async () => {
    const room = await groupRoom(ann, [ben]);
    const message = await say(ann, room, "Nothing of this changes");
    await untilIndexed();
    const params = { room_id: room, message_id: message.id };
    const { operations } = await meteredWithStream(async () => {
      await call("reactToMessage", { token: ben.token, params, body: { emoji: "👍" } });
      await call("pinMessage", { token: ann.token, params });
      await untilIndexed();
    });
    const streamWork = Object.entries(operations).filter(([name]) => name.startsWith("stream tableStream"));
    expect(streamWork).toHaveLength(1);
    for (const [, { dynamodb_calls }] of streamWork) expect(dynamodb_calls).toBe(0);
  });
});
