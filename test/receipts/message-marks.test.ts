import { expect, test } from "vitest";
import { call } from "../support/contract-client.ts";
import { metered } from "../support/control.ts";
import { markRoom } from "../support/marking.ts";
import { list, say } from "../support/messages.ts";
import { directRoom, groupRoom, three } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

async function setScene() {
  const [ann, ben, cid] = await three();
  return { ann, ben, cid };
}

test("a page holds the marks of each member, even if it has no new message", async () => {
  const { ann, ben, cid } = await setScene();
  const roomId = await groupRoom(ann, [ben]);
  const said = [await say(ann, roomId), await say(ann, roomId), await say(ann, roomId)];
  await call("addParticipants", {
    token: ann.token,
    params: { room_id: roomId },
    body: { user_ids: [cid.id] },
  });
  // Ben reads a message out of order, and sends one.
  await markRoom(ben, roomId, { message_ids: [said[1]?.id] });
  await say(ben, roomId);
  const socket = await connect(cid);
  await socket.request({ type: "delivered", room_id: roomId, up_to_seq: 4 });
  await socket.close();

  const none = { read_at: null, delivered_up_to_seq: 0, delivered_at: null };
  const time = expect.stringMatching(/Z$/);
  const marks = [
    { user_id: ann.id, joined_seq: 0, up_to_seq: 3, read_ahead: [], ...none },
    { user_id: ben.id, joined_seq: 0, up_to_seq: 0, read_ahead: [2, 4], ...none, read_at: time },
    {
      user_id: cid.id,
      joined_seq: 3,
      up_to_seq: 3,
      read_ahead: [],
      ...none,
      delivered_up_to_seq: 4,
      delivered_at: time,
    },
  ];
  for (const viewer of [ann, ben, cid])
    for (const query of [{}, { before: 2 }, { after: 4 }, { changed_since: 0 }])
      expect((await list(viewer, roomId, query)).marks).toEqual(marks);
  expect((await list(ann, roomId, { after: 4 })).results).toEqual([]);

  // The mark is folded when the hole is read, and goes with a member who leaves.
  await markRoom(ben, roomId, { message_ids: [said[0]?.id, said[2]?.id] });
  await call("leaveRoom", { token: cid.token, params: { room_id: roomId } });
  expect((await list(ann, roomId)).marks).toMatchObject([
    { user_id: ann.id },
    { user_id: ben.id, up_to_seq: 4, read_ahead: [] },
  ]);
});

test("a viewer of a public room who is no member sees the members' marks, and none of their own", async () => {
  const { ann, ben } = await setScene();
  const { id } = await call("createRoom", {
    token: ann.token,
    body: { room_type: "public", name: "Square" },
  });
  await say(ann, id);
  expect((await list(ben, id)).marks).toMatchObject([{ user_id: ann.id, up_to_seq: 1 }]);
});

test("marks cost a page nothing, and a page without messages reads nothing else", async () => {
  const { ann, ben } = await setScene();
  const roomId = await directRoom(ann, ben);
  await say(ann, roomId);
  const costOf = async (query: Record<string, number>) => {
    const { operations } = await metered(() => list(ann, roomId, query));
    const [counts] = Object.values(operations);
    return { rru: counts?.rru, calls: counts?.dynamodb_calls };
  };
  // Head and membership 2, the page 1, and a half each for two memberships, profiles and presences.
  expect(await costOf({})).toEqual({ rru: 6, calls: 4 });
  expect(await costOf({ after: 1 })).toEqual({ rru: 3, calls: 3 });
  expect(await costOf({ changed_since: 0 })).toEqual({ rru: 3, calls: 3 });
});
