import { describe, expect, test } from "vitest";
import { call } from "../support/contract-client.ts";
import { eventsOf, markRoom, messagesOf, roomOf, say } from "../support/marking.ts";
import { newAccounts, newUsers, type TestUser, two } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

describe("a large room", () => {
  const roomWith = async (creator: TestUser, ids: readonly string[]) =>
    call("createRoom", {
      token: creator.token,
      body: { room_type: "group", name: "Large", participant_ids: ids },
    });

  test("of 200 tells all of each other's marks, and names the first of the readers", async () => {
    const [ann, ...readers] = await newUsers(53);
    if (!ann) throw new Error("no users");
    const idle = await newAccounts(147);
    const room = await roomWith(ann, [...readers.map((reader) => reader.id), ...idle]);
    const message = await say(ann, room.id);
    const socket = await connect(ann);
    await Promise.all(readers.map((reader) => markRoom(reader, room.id)));
    await socket.until(
      (events) => events.filter((event) => event.type === "read_receipt").length === readers.length,
      "A receipt of each reader",
    );
    const [shown] = await messagesOf(ann, room.id);
    expect(shown).toMatchObject({ is_read: true, status: "read" });
    expect(shown?.read_by).toHaveLength(10);
    const params = { room_id: room.id, message_id: message.id };
    expect((await call("getMessage", { token: ann.token, params })).read_by).toHaveLength(50);
    const pages = await Promise.all(
      [1, 2].map((page) =>
        call("getMessageStatus", {
          token: ann.token,
          params: { message_id: message.id },
          query: { page, page_size: 100 },
        }),
      ),
    );
    const read = pages.flatMap((page) => page.members).filter((member) => member.status === "read");
    expect(read.map((member) => member.user_id).sort()).toEqual(readers.map((reader) => reader.id).sort());
    expect(pages[0]).toMatchObject({ count: 199, status: "read" });
    // In the list of rooms too, though it shows 20 participants.
    const { results } = await call("listRooms", { token: ann.token });
    expect(results[0]?.last_message).toMatchObject({ is_read: true });
    await socket.close();
  }, 120_000);

  test("of more keeps everybody's own marks exact, and tells nobody of them", async () => {
    const [ann, ben] = await two();
    const idle = await newAccounts(205);
    const room = await roomWith(ann, idle);
    // Who comes last is no witness of others' messages, but of what they read themselves.
    await call("addParticipants", {
      token: ann.token,
      params: { room_id: room.id },
      body: { user_ids: [ben.id] },
    });
    const message = await say(ann, room.id);
    const socket = await connect(ann);
    expect((await messagesOf(ben, room.id))[0]).toMatchObject({ is_read: false, status: "sent" });
    expect(await markRoom(ben, room.id)).toMatchObject({ count: 1 });
    expect((await messagesOf(ben, room.id))[0]).toMatchObject({ is_read: true, status: "read" });
    expect((await roomOf(ben, room.id)).unread_count).toBe(0);
    const statuses = await call("getMessageStatus", {
      token: ann.token,
      params: { message_id: message.id },
      query: { page: 3, page_size: 100 },
    });
    expect(statuses.count).toBe(206);
    expect(statuses.members.find((member) => member.user_id === ben.id)).toMatchObject({ status: "read" });
    expect(await eventsOf(socket, ["read_receipt"])).toEqual([]);
    await socket.close();
  }, 120_000);
});
