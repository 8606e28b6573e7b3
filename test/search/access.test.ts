import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { afterSeconds, emptyQueues } from "../support/background.ts";
import { attempt, call } from "../support/contract-client.ts";
import { advanceClock } from "../support/control.ts";
import { placeOf } from "../support/internals.ts";
import { remove, say } from "../support/messages.ts";
import { directRoom, groupRoom, type TestUser, three } from "../support/people.ts";
import { seedPosting, termsOfRoom } from "../support/postings.ts";
import { find, findAnywhere, untilIndexed } from "../support/search.ts";

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;

async function people(): Promise<void> {
  [ann, ben, cid] = await three();
}
beforeAll(people);
afterEach(emptyQueues);

async function roomOf(room_type: string, others: readonly TestUser[]): Promise<string> {
  const body = { room_type, name: "A room", participant_ids: others.map(({ id }) => id) };
  return (await call("createRoom", { token: ann.token, body })).id;
}

async function statusOf(user: TestUser, room_id: string): Promise<number> {
  return (
    await attempt("searchRoomMessages", { token: user.token, params: { room_id }, query: { q: "word" } })
  ).status;
}

describe("a search shows nothing", () => {
  test("of a room that the caller is not, or no longer, in: it is refused like an unknown one", async () => {
    const room = await groupRoom(ann, [ben]);
    await say(ann, room, "Secret word");
    await untilIndexed();
    expect(await find(ben, room, "word")).toEqual(["Secret word"]);
    for (const room_id of [room, "no-such-room"])
      for (const asked of [
        await attempt("searchRoomMessages", { token: cid.token, params: { room_id }, query: { q: "word" } }),
        await attempt("searchMessages", { token: cid.token, query: { q: "word", room: room_id } }),
      ])
        expect(asked.problem).toMatchObject({
          status: 403,
          detail: "You don't have access to this room",
        });
    expect(await findAnywhere(cid, "secret word")).toEqual([]);
    await call("removeParticipant", { token: ann.token, params: { room_id: room, user_id: ben.id } });
    expect(await statusOf(ben, room)).toBe(403);
    expect(await findAnywhere(ben, "secret word")).toEqual([]);
    expect(await findAnywhere(ann, "secret word")).toEqual(["Secret word"]);
  });

  test("from before a member joined, if the member may not view the history", async () => {
    const room = await groupRoom(ann, [ben]);
    await say(ann, room, "Old word");
    await untilIndexed();
    await call("addParticipants", {
      token: ann.token,
      params: { room_id: room },
      body: { user_ids: [cid.id] },
    });
    await say(ann, room, "New word");
    await untilIndexed();
    expect(await find(cid, room, "word")).toEqual(["New word", "Old word"]);
    await call("updatePermissions", {
      token: ann.token,
      params: { room_id: room },
      body: { member: { can_view_history: false } },
    });
    expect(await find(cid, room, "word")).toEqual(["New word"]);
    expect(await findAnywhere(cid, "word")).toEqual(["New word"]);
    expect(await findAnywhere(ann, "word", { room })).toEqual(["New word", "Old word"]);
  });

  test("of a public room to a non-member if its history is for members; otherwise a search of that room shows it", async () => {
    const room = await roomOf("public", [ben]);
    await say(ann, room, "Public word");
    await untilIndexed();
    expect(await find(cid, room, "public")).toEqual(["Public word"]);
    expect(await findAnywhere(cid, "public", { room })).toEqual(["Public word"]);
    expect(await findAnywhere(cid, "public")).toEqual([]);
    await call("updatePermissions", {
      token: ann.token,
      params: { room_id: room },
      body: { member: { can_view_history: false } },
    });
    expect(await find(cid, room, "public")).toEqual([]);
  });

  test("of an expired message, even if it is not removed yet", async () => {
    const room = await groupRoom(ann, [ben]);
    await say(ann, room, "Brief word", { expires_in: 60 });
    await say(ann, room, "Lasting word");
    await untilIndexed();
    expect(await find(ben, room, "word")).toEqual(["Lasting word", "Brief word"]);
    await advanceClock(61_000);
    expect(await find(ben, room, "word")).toEqual(["Lasting word"]);
  });

  test("that the index claims wrongly: of another, a deleted or no message, or by words that it does not hold", async () => {
    await people();
    const room = await groupRoom(ann, [ben]);
    const kept = await say(ann, room, "A kept word");
    const deleted = await say(ann, room, "A deleted word");
    await untilIndexed();
    await remove(ann, deleted);
    await untilIndexed();
    const place = (seq: number, at: string) => placeOf(Date.parse(at), seq);
    await seedPosting(room, "word", place(deleted.seq, deleted.timestamp), ann.id);
    await seedPosting(room, "planted", place(kept.seq, kept.timestamp), ann.id);
    await seedPosting(room, "word", place(7, kept.timestamp), ann.id);
    expect(await find(ben, room, "word")).toEqual(["A kept word"]);
    expect(await findAnywhere(ben, "planted")).toEqual([]);
  });
});

describe("postings are removed", () => {
  const settled = 61;

  test("with a deleted room", async () => {
    const [room, other] = [await groupRoom(ann, [ben]), await groupRoom(ann, [ben])];
    await say(ann, room, "Words of a room");
    await say(ann, other, "Words of another");
    await untilIndexed();
    expect(Object.keys(await termsOfRoom(room))).toEqual(["1"]);
    await call("deleteRoom", { token: ann.token, params: { room_id: room } });
    expect(await statusOf(ben, room)).toBe(403);
    await afterSeconds(settled);
    expect(await termsOfRoom(room)).toEqual({});
    expect(Object.keys(await termsOfRoom(other))).toEqual(["1"]);
  });

  test("of a direct room that was opened again, which hides them at once", async () => {
    await people();
    const room = await directRoom(ann, ben);
    await say(ann, room, "First life");
    await untilIndexed();
    await call("deleteRoom", { token: ann.token, params: { room_id: room } });
    expect(await findAnywhere(ben, "life")).toEqual([]);
    expect(await directRoom(ben, ann)).toBe(room);
    await say(ben, room, "Second life");
    await untilIndexed();
    expect(await find(ann, room, "life")).toEqual(["Second life"]);
    expect(await findAnywhere(ann, "life")).toEqual(["Second life"]);
    await afterSeconds(settled);
    expect(await termsOfRoom(room)).toEqual({ 2: ["life", "second"] });
  });
});
