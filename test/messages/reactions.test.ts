import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { groupRoom, newUsers, type TestUser, three } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

async function setScene() {
  const [ann, ben, eve] = await three();
  const roomId = await groupRoom(ann, [ben]);
  const message = await call("sendMessage", {
    token: ann.token,
    params: { room_id: roomId },
    body: { content: "What do you think?" },
  });
  return { ann, ben, eve, message };
}

type Scene = Awaited<ReturnType<typeof setScene>>;

function react(user: TestUser, { message }: Scene, body: object) {
  return attempt("reactToMessage", {
    token: user.token,
    params: { room_id: message.room, message_id: message.id },
    body,
  });
}

async function reactionsOf({ ann, message }: Scene) {
  return (
    await call("getMessage", {
      token: ann.token,
      params: { room_id: message.room, message_id: message.id },
    })
  ).reactions;
}

describe("reactToMessage", () => {
  test("adds and removes, one of each emoji for each user, and publishes it to all members", async () => {
    const scene = await setScene();
    const { ann, ben, message } = scene;
    const socket = await connect(ben);
    const first = await react(ann, scene, { emoji: "👍", action: "add" });
    expect(first.body).toEqual({ reactions: { "👍": [ann.id] }, message: "Reaction added" });
    expect(await socket.next("reaction")).toEqual({
      type: "reaction",
      room_id: message.room,
      message_id: message.id,
      reactions: { "👍": [ann.id] },
      rev: 1,
    });
    await react(ben, scene, { emoji: "👍" });
    await react(ben, scene, { emoji: "👍" });
    await react(ben, scene, { emoji: "🎉" });
    expect(await reactionsOf(scene)).toEqual({ "🎉": [ben.id], "👍": [ann.id, ben.id].sort() });
    const removed = await react(ann, scene, { emoji: "👍", action: "remove" });
    expect(removed.body).toEqual({
      reactions: { "🎉": [ben.id], "👍": [ben.id] },
      message: "Reaction removed",
    });
    await react(ann, scene, { emoji: "👍", action: "remove" });
    await react(ben, scene, { emoji: "👍", action: "remove" });
    await react(ben, scene, { emoji: "🎉", action: "remove" });
    expect(await reactionsOf(scene)).toEqual({});
    await react(ben, scene, { emoji: "🎉" });
    expect(await reactionsOf(scene)).toEqual({ "🎉": [ben.id] });
    await socket.close();
  });

  test("takes any emoji: sequences, flags, skin tones, keycaps, and one form of each", async () => {
    const scene = await setScene();
    const { ann } = scene;
    const taken = ["👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "❤️", "🕵🏽‍♂️", "✌🏽", "👩‍❤️‍💋‍👨"];
    for (const emoji of taken) expect((await react(ann, scene, { emoji })).status).toBe(200);
    // A sign that keyboards leave out, or add, makes no other emoji.
    for (const emoji of ["❤", "🏳‍🌈", "1⃣", "👍🏽\uFE0F"])
      expect((await react(ann, scene, { emoji })).status).toBe(200);
    expect(Object.keys(await reactionsOf(scene)).sort()).toEqual([...taken].sort());
  });

  test("refuses a text that is no emoji, and an unknown action", async () => {
    const scene = await setScene();
    const { ann } = scene;
    const refused = [
      "",
      " ",
      "a",
      "1",
      ":)",
      "👍👍",
      "👍 ",
      "🇩",
      "\u200d",
      "\ufe0f",
      "👍".repeat(40),
      7,
      null,
    ];
    for (const emoji of refused) expect((await react(ann, scene, { emoji })).status, String(emoji)).toBe(400);
    expect((await react(ann, scene, {})).status).toBe(400);
    expect((await react(ann, scene, { emoji: "👍", action: "toggle" })).status).toBe(400);
    expect(await reactionsOf(scene)).toEqual({});
  });

  test("keeps exactly 50 of 60 different emoji at once", async () => {
    const scene = await setScene();
    const { ann, ben } = scene;
    const emoji = Array.from({ length: 60 }, (_, at) => String.fromCodePoint(0x1f400 + at));
    const answers = await Promise.all(emoji.map((one) => react(ann, scene, { emoji: one })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(50);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(10);
    const [known = ""] = Object.keys(await reactionsOf(scene));
    expect(Object.keys(await reactionsOf(scene))).toHaveLength(50);
    expect((await react(ben, scene, { emoji: "🎉" })).status).toBe(409);
    // Other members may still react with an emoji that is there. A removed one makes room for
    // another.
    expect((await react(ben, scene, { emoji: known })).status).toBe(200);
    await react(ben, scene, { emoji: known, action: "remove" });
    await react(ann, scene, { emoji: known, action: "remove" });
    expect((await react(ben, scene, { emoji: "🎉" })).status).toBe(200);
    expect(Object.keys(await reactionsOf(scene))).toHaveLength(50);
  });

  test("loses no reaction of many members at once", async () => {
    const people = await newUsers(12);
    const [ann, ben, eve] = people;
    if (!ann || !ben || !eve) throw new Error("no users");
    const roomId = await groupRoom(ann, people.slice(1));
    const message = await call("sendMessage", {
      token: ann.token,
      params: { room_id: roomId },
      body: { content: "All of you" },
    });
    const scene = { ann, ben, eve, message };
    const answers = await Promise.all(people.map((user) => react(user, scene, { emoji: "👍" })));
    expect(answers.map(({ status }) => status)).toEqual(people.map(() => 200));
    expect((await reactionsOf(scene))["👍"]).toEqual(people.map((user) => user.id).sort());
  });

  test("is allowed to members, for a message of the room", async () => {
    const scene = await setScene();
    const { ben, eve, message } = scene;
    expect((await react(eve, scene, { emoji: "👍" })).status).toBe(403);
    const unknown = { ...scene, message: { ...message, id: `${message.room}-99` } };
    expect((await react(ben, unknown, { emoji: "👍" })).status).toBe(404);
  });
});
