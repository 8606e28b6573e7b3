import { beforeAll, describe, expect, test } from "vitest";
import { call } from "../support/contract-client.ts";
import { keys } from "../support/internals.ts";
import { eventsOf, markRoom, messagesOf, roomOf } from "../support/marking.ts";
import { say } from "../support/messages.ts";
import { itemsOfRoom } from "../support/operator.ts";
import { newAccounts, newUsers, type TestUser, three } from "../support/people.ts";
import { seedItems } from "../support/seed-items.ts";
import { connect } from "../support/socket-client.ts";

/** Swaps the first two roster chunks: the later members then stand in the first one. */
async function swapChunks(roomId: string): Promise<void> {
  const [first, second] = [keys.roster(roomId, 0), keys.roster(roomId, 1)];
  const other = new Map([
    [first.sk, second],
    [second.sk, first],
  ]);
  const items = await itemsOfRoom(roomId);
  await seedItems(items.flatMap((item) => (other.has(item.sk) ? [{ ...item, ...other.get(item.sk) }] : [])));
}

describe("a large room", () => {
  const roomWith = async (creator: TestUser, ids: readonly string[]) =>
    call("createRoom", {
      token: creator.token,
      body: { room_type: "group", name: "Large", participant_ids: ids },
    });

  test("with 200 members publishes marks to all members, and lists the first readers", async () => {
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
    // The list of rooms agrees, though it shows 20 participants.
    const { results } = await call("listRooms", { token: ann.token });
    expect(results[0]?.last_message).toMatchObject({ is_read: true });
    await socket.close();
  }, 120_000);

  describe("with more members", () => {
    let ann: TestUser;
    let ben: TestUser;
    let cid: TestUser;
    let idle: string[];
    let room_id: string;
    beforeAll(async () => {
      [ann, ben, cid] = await three();
      idle = await newAccounts(199);
      room_id = (await roomWith(ann, idle)).id;
      // The first chunk of the roster is full: these two come last, and into the second.
      for (const { id } of [cid, ben])
        await call("addParticipants", { token: ann.token, params: { room_id }, body: { user_ids: [id] } });
    }, 120_000);

    test("keeps each member's own marks exact, and publishes them to no member", async () => {
      // Ben came last, so he is no tracked reader: only he sees what he has read.
      const message = await say(ann, room_id);
      const socket = await connect(ann);
      expect((await messagesOf(ben, room_id))[0]).toMatchObject({ is_read: false, status: "sent" });
      expect(await markRoom(ben, room_id)).toMatchObject({ count: 1 });
      expect((await messagesOf(ben, room_id))[0]).toMatchObject({ is_read: true, status: "read" });
      expect((await roomOf(ben, room_id)).unread_count).toBe(0);
      const statuses = await call("getMessageStatus", {
        token: ann.token,
        params: { message_id: message.id },
        query: { page: 3, page_size: 100 },
      });
      expect(statuses.count).toBe(201);
      expect(statuses.members.find((member) => member.user_id === ben.id)).toMatchObject({ status: "read" });
      expect(await eventsOf(socket, ["read_receipt"])).toEqual([]);
      await socket.close();
    });

    test("shows its last message with the same receipts in every list, wherever its tracked readers stand", async () => {
      await call("removeParticipant", { token: ann.token, params: { room_id, user_id: idle[0] ?? "" } });
      await swapChunks(room_id);
      const message = await say(cid, room_id);
      const socket = await connect(cid);
      const isRead = async () => {
        const { token } = cid;
        const { results } = await call("listRooms", { token });
        await call("updateNotifications", { token, params: { room_id }, body: { enabled: true } });
        const event = await socket.next("room_updated");
        const rooms = [results[0], await roomOf(cid, room_id), event.room];
        for (const one of rooms) {
          expect(one?.last_message?.id).toBe(message.id);
          // The participants shown are members, tracked readers or not.
          expect(one?.participants.find(({ id }) => id === ben.id)?.email).toBe(ben.email);
        }
        const params = { room_id, message_id: message.id };
        const own = await call("getMessage", { token, params });
        return [own, ...rooms.map((one) => one?.last_message)].map((one) => one?.is_read);
      };
      // Ben stands in the first chunk, as the 201st member.
      await markRoom(ben, room_id);
      expect(await isRead()).toEqual([false, false, false, false]);
      // Ann stands in the second chunk, as the first member of all.
      await markRoom(ann, room_id);
      expect(await isRead()).toEqual([true, true, true, true]);
      await socket.close();
    });
  });
});
