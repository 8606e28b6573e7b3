import { beforeAll, describe, expect, test } from "vitest";
import { call } from "../support/contract-client.ts";
import { uploaded } from "../support/files.ts";
import { edit, remove, say } from "../support/messages.ts";
import { directRoom, groupRoom, type TestUser, three } from "../support/people.ts";
import { find, findAnywhere, searchPage, untilIndexed } from "../support/search.ts";

let ann: TestUser;
let ben: TestUser;

beforeAll(async () => {
  [ann, ben] = await three();
});

/** Messages, each with a typed text, and whether a search for it finds the message. */
const cases: Record<string, readonly (readonly [said: string, typed: string, isFound: boolean])[]> = {
  English: [
    ["The quarterly budget meeting is on Friday.", "budget", true],
    ["The quarterly budget meeting is on Friday.", "FRIDAY Budget", true],
    ["The quarterly budget meeting is on Friday.", "budget fri", true],
    ["The quarterly budget meeting is on Friday.", "bud friday", false],
    ["The quarterly budget meeting is on Friday.", '"budget meeting"', true],
    ["The quarterly budget meeting is on Friday.", '"meeting budget"', false],
    ["The quarterly budget meeting is on Friday.", "“meeting is on” quarter", true],
    ["The quarterly budget meeting is on Friday.", "get", false],
    ["I don't know, it's complicated", "don't", true],
    ["I don't know, it's complicated", "dont", true],
    ["I don't know, it's complicated", "don’t know", true],
  ],
  German: [
    ["Grüße aus der Müllerstraße", "grusse", true],
    ["Grüße aus der Müllerstraße", "MÜLLERSTRASSE", true],
    ["Grüße aus der Müllerstraße", "mullerstr", true],
    ["Das Donau\u00addampf\u00adschiff legt ab", "Donaudampfschiff", true],
    ["Das Donau\u00addampf\u00adschiff legt ab", "dampfschiff", false],
  ],
  Turkish: [
    ["İSTANBUL'da ışık var", "istanbul", true],
    ["İSTANBUL'da ışık var", "IŞIK", true],
    ["İSTANBUL'da ışık var", "isik", true],
  ],
  Arabic: [
    ["اجتماعُ الفريقِ غدًا", "اجتماع", true],
    ["اجتماعُ الفريقِ غدًا", "الفريق غدا", true],
    ["مـــرحبا بكم", "مرحبا", true],
  ],
  Hindi: [
    ["कल बैठक दस बजे है", "बैठक", true],
    ["कल बैठक दस बजे है", "बजे बैठ", true],
    ["कल बैठक दस बजे है", "बाठक", false],
  ],
  Chinese: [
    ["我们明天在北京大学开会", "北京", true],
    ["我们明天在北京大学开会", "京大学", true],
    ["我们明天在北京大学开会", "会", true],
    ["我们明天在北京大学开会", "明天 大学", true],
    ["我们明天在北京大学开会", "北大", false],
    ["我们明天在北京大学开会", "北京天在", false],
  ],
  Japanese: [
    ["明日のミーティングはガイドを見てください", "ミーティング", true],
    ["明日のミーティングはガイドを見てください", "ガイド", true],
    ["明日のミーティングはガイドを見てください", "カイト", false],
    ["明日のミーティングはガイドを見てください", "見てください", true],
  ],
  Thai: [
    ["ประชุมวันนี้ทำงานที่บ้าน", "ประชุม", true],
    ["ประชุมวันนี้ทำงานที่บ้าน", "ทำงาน", true],
    ["ประชุมวันนี้ทำงานที่บ้าน", "บ้าน", true],
    ["ประชุมวันนี้ทำงานที่บ้าน", "โรงเรียน", false],
  ],
  Korean: [
    ["내일 회의를 합니다", "회의", true],
    ["내일 회의를 합니다", "내일 합니다", true],
  ],
  "emojis, numbers, addresses, mentions and tags": [
    ["Shipped 🎉👍🏽", "🎉", true],
    ["Shipped 🎉👍🏽", "👍", true],
    ["Shipped 🎉👍🏽", "shipped 👍🏿", true],
    ["Shipped 🎉👍🏽", "🚀", false],
    ["Room 7 at 10:30, 1,250.50 EUR", "1,250.50", true],
    ["Room 7 at 10:30, 1,250.50 EUR", "room 7", true],
    ["Room 7 at 10:30, 1,250.50 EUR", "7", true],
    ["See https://docs.example.com/plan_b/Final-v2?x=1", "docs.example.com", true],
    ["See https://docs.example.com/plan_b/Final-v2?x=1", "final v2", true],
    ["Thanks @dr_aisha.rehman #Cardiology-2026", "@dr_aisha", true],
    ["Thanks @dr_aisha.rehman #Cardiology-2026", "#cardiology", true],
    ["I need IT support, not it", "it support", true],
    ["iPhone手机坏了", "iphone", true],
    ["iPhone手机坏了", "手机", true],
  ],
};

describe("searchRoomMessages finds", () => {
  for (const [language, tried] of Object.entries(cases))
    test(`messages in ${language}`, async () => {
      const said = [...new Set(tried.map(([content]) => content))];
      const rooms = new Map<string, string>();
      for (const content of said) {
        const room = await groupRoom(ann, [ben]);
        rooms.set(content, room);
        await say(ann, room, content);
        await say(ben, room, "Something else altogether");
      }
      await untilIndexed();
      for (const [content, typed, isFound] of tried)
        expect
          .soft(await find(ben, rooms.get(content) ?? "", typed), `${typed} in ${content}`)
          .toEqual(isFound ? [content] : []);
    });

  test("the present content of a message, and no former or deleted one", async () => {
    const room = await directRoom(ann, ben);
    const message = await say(ann, room, "The first draft");
    await untilIndexed();
    expect(await find(ben, room, "draft")).toEqual(["The first draft"]);
    await edit(ann, message, "The second version");
    await untilIndexed();
    expect(await find(ben, room, "draft")).toEqual([]);
    expect(await find(ben, room, "second ver")).toEqual(["The second version"]);
    await remove(ann, message);
    // Before the stream's handlers have run.
    expect(await find(ben, room, "version")).toEqual([]);
    await untilIndexed();
    expect(await find(ben, room, "version")).toEqual([]);
    await call("restoreMessage", { token: ann.token, params: { room_id: room, message_id: message.id } });
    await untilIndexed();
    expect(await find(ben, room, "version")).toEqual(["The second version"]);
  });

  test("names of files, forwarded messages, and no encrypted ones", async () => {
    const [room, other] = [await directRoom(ann, ben), await groupRoom(ann, [ben])];
    const file_id = await uploaded(ann, room, undefined, { file_name: "Quartalsbericht_final.png" });
    const message = await say(ann, room, "Look at this", { file_id });
    await say(ann, room, "c2VjcmV0IHdvcmRz cipher", { message_type: "encrypted" });
    await call("forwardMessage", {
      token: ann.token,
      params: { room_id: room, message_id: message.id },
      body: { room_ids: [other] },
    });
    await untilIndexed();
    expect(await find(ben, room, "quartalsbericht final")).toEqual(["Look at this"]);
    expect(await find(ben, other, "quartals")).toEqual(["Look at this"]);
    expect(await find(ben, room, "cipher")).toEqual([]);
    const [found] = await call("searchMessages", { token: ben.token, query: { q: "final", room: other } });
    expect(found).toMatchObject({ file_name: "Quartalsbericht_final.png", sender: { id: ann.id } });
    expect((await fetch(found?.file_attachment ?? "")).status).toBe(200);
  });

  test("by sender, type and time, combined", async () => {
    const room = await groupRoom(ann, [ben]);
    await say(ann, room, "Plan one");
    const case_ = await say(ben, room, "Plan two", { message_type: "case" });
    await say(ben, room, "Plan three");
    await untilIndexed();
    expect(await find(ann, room, "plan")).toEqual(["Plan three", "Plan two", "Plan one"]);
    expect(await find(ann, room, "plan", { sender: ben.id })).toEqual(["Plan three", "Plan two"]);
    expect(await find(ann, room, "plan", { sender: ben.id, message_type: "text" })).toEqual(["Plan three"]);
    expect(await find(ann, room, "plan", { message_type: "case" })).toEqual(["Plan two"]);
    const { timestamp } = case_;
    expect(await find(ann, room, "plan", { from: timestamp, to: timestamp })).toEqual(["Plan two"]);
    const before = new Date(Date.parse(timestamp) - 1).toISOString();
    expect(await find(ann, room, "plan", { to: before })).toEqual(["Plan one"]);
    const day = timestamp.slice(0, 10);
    expect(await findAnywhere(ann, "plan", { room, from: day, to: day })).toHaveLength(3);
    expect(await find(ann, room, "plan", { to: "2020-01-31" })).toEqual([]);
    const offset = `${new Date(Date.parse(timestamp) + 3_600_000).toISOString().slice(0, -1)}+01:00`;
    expect(await find(ann, room, "plan", { from: offset, to: offset })).toEqual(["Plan two"]);
  });

  test("by any time that can be written, however far away", async () => {
    const room = await groupRoom(ann, []);
    await say(ann, room, "Plan for ever");
    await untilIndexed();
    const later = ["2286-11-20", "2286-11-21", "2300-01-01", "9999-12-31", "9999-12-31T23:59:59Z"];
    const earlier = ["0000-01-01", "0000-01-01T14:00:00+14:00", "1969-12-31"];
    for (const from of earlier)
      for (const to of later) {
        expect(await find(ann, room, "plan", { from, to }), `${from} ${to}`).toEqual(["Plan for ever"]);
        expect(await findAnywhere(ann, "plan", { room, from, to }), `${from} ${to}`).toHaveLength(1);
      }
    for (const to of earlier) expect(await find(ann, room, "plan", { to }), to).toEqual([]);
    for (const from of later) expect(await find(ann, room, "plan", { from }), from).toEqual([]);
  });

  test("long messages by their first hundred words, and words of any length", async () => {
    const room = await groupRoom(ann, []);
    const words = Array.from({ length: 300 }, (_, at) => `word${String(at).padStart(4, "0")}`);
    const content = `${words.join(" ")} ${"x".repeat(900)}`;
    await say(ann, room, content);
    await say(ann, room, `Long ${"y".repeat(60)}`);
    await untilIndexed();
    expect(await find(ann, room, "word0099")).toEqual([content]);
    expect(await find(ann, room, "word0100")).toEqual([]);
    // Words beyond the index are compared with the message's content.
    expect(await find(ann, room, "word0001 word0002 word0299")).toEqual([]);
    expect(await find(ann, room, '"word0001 word0002"')).toEqual([content]);
    expect(await find(ann, room, "y".repeat(60))).toEqual([`Long ${"y".repeat(60)}`]);
    expect(await find(ann, room, `${"y".repeat(59)}z`)).toEqual([]);
  });

  test("twenty words with one prefix, and all of them if another word is beside it", async () => {
    const room = await groupRoom(ann, []);
    const animals = Array.from({ length: 24 }, (_, at) => `zoo${String.fromCharCode(97 + at)} keeper`);
    for (const content of animals) await say(ann, room, content);
    await untilIndexed();
    expect(await find(ann, room, "zo")).toEqual(animals.slice(0, 20).reverse());
    expect(await find(ann, room, "keeper zo")).toEqual([...animals].reverse());
    const { count, next } = await searchPage(ann, room, { q: "keeper zo" });
    expect([count, next]).toEqual([24, null]);
  });
});
