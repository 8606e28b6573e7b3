import { describe, expect, test } from "vitest";
import { block, unblock } from "../support/blocks.ts";
import { call } from "../support/contract-client.ts";
import { advanceClock } from "../support/control.ts";
import { say } from "../support/messages.ts";
import {
  directRoom,
  groupRoom,
  password,
  type TestUser,
  three,
  two,
  untilListed,
} from "../support/people.ts";
import { untilIndexed } from "../support/search.ts";

describe("a blocked user cannot notice the block:", () => {
  /** Returns all that a viewer is shown of another user, except times and presence. */
  const shown = async (viewer: TestUser, other: TestUser, roomIds: readonly string[]) => {
    const { token } = viewer;
    const params = { user_id: other.id };
    const everything = {
      user: await call("getUser", { token, params }),
      search: await call("searchUsers", { token, query: { q: other.username } }),
      contacts: await call("listContacts", { token }),
      blocked: await call("listContacts", { token, query: { blocked: "true" } }),
      rooms: await Promise.all(roomIds.map((room_id) => call("getRoom", { token, params: { room_id } }))),
      messages: await Promise.all(
        roomIds.map((room_id) => call("listMessages", { token, params: { room_id } })),
      ),
    };
    return JSON.parse(
      JSON.stringify(everything, (key, value) =>
        ["is_online", "last_seen", "updated_at"].includes(key) ? undefined : value,
      ),
    );
  };

  test("sees everything as before, and the blocker as having just gone offline", async () => {
    const [ann, ben] = await two();
    const roomIds = [await directRoom(ann, ben), await groupRoom(ann, [ben])];
    for (const room_id of roomIds) await say(ann, room_id);
    await call("createContact", { token: ben.token, body: { user_id: ann.id } });
    await call("heartbeat", { token: ann.token });
    await untilListed(ben, ann);
    const before = await shown(ben, ann, roomIds);
    await block(ann, ben);
    expect(await shown(ben, ann, roomIds)).toEqual(before);
    expect((await call("createContact", { token: ben.token, body: { user_id: ann.id } })).contact.email).toBe(
      ann.email,
    );
  });

  test("sees no presence of the blocker in any answer, nor does the blocker", async () => {
    const [ann, ben, cid] = await three();
    const roomIds = [await directRoom(ann, ben), await groupRoom(ann, [ben, cid])];
    for (const room_id of roomIds) for (const user of [ann, ben]) await say(user, room_id);
    for (const user of [ann, ben]) {
      await call("heartbeat", { token: user.token });
      await call("createContact", { token: user.token, body: { user_id: (user === ann ? ben : ann).id } });
    }
    const present = async (viewer: TestUser, other: TestUser) => {
      const { token } = viewer;
      const params = { user_id: other.id };
      const answers = [
        await call("getUserStatus", { token, params }),
        await call("getUser", { token, params }),
        await call("searchUsers", { token, query: { q: other.username } }),
        await call("listContacts", { token }),
        await call("listRooms", { token }),
        await call("listUnreadMessages", { token }),
        ...(await Promise.all(
          roomIds.flatMap((room_id) => [
            call("getRoom", { token, params: { room_id } }),
            call("listParticipants", { token, params: { room_id } }),
            call("listMessages", { token, params: { room_id } }),
          ]),
        )),
      ];
      const found: unknown[] = [];
      JSON.stringify(answers, (_, value) => {
        const id = value?.id ?? value?.user_id;
        if (id === other.id && value?.is_online !== undefined) found.push([value.is_online, value.last_seen]);
        return value;
      });
      const { online_users: ids } = await call("listOnlineUsers", { token });
      return { found, isListed: ids.includes(other.id) };
    };
    for (const user of [ann, ben]) await untilListed(cid, user);
    const seenBefore = await present(ben, ann);
    expect(seenBefore.found.length).toBeGreaterThan(10);
    expect(new Set(seenBefore.found.map((one) => JSON.stringify(one)))).toHaveLength(1);
    expect(seenBefore.found[0]).toEqual([true, expect.any(String)]);
    expect(seenBefore.isListed).toBe(true);
    const { updated_at: since } = await block(ann, ben);
    await advanceClock(90_000);
    for (const user of [ann, ben]) {
      const { access_token } = await call("login", { body: { email: user.email, password } });
      await call("heartbeat", { token: access_token });
    }
    for (const [viewer, other] of [
      [ben, ann],
      [ann, ben],
    ] as const) {
      const { found, isListed } = await present(viewer, other);
      expect(isListed).toBe(false);
      expect(found).toHaveLength(seenBefore.found.length);
      for (const [isOnline, lastSeen] of found as [boolean, string][]) {
        expect(isOnline).toBe(false);
        // The latest time is the beginning of the block, not a later presence.
        expect(Date.parse(lastSeen)).toBeLessThanOrEqual(Date.parse(since));
      }
    }
    for (const { token } of [ann, cid])
      expect((await call("listOnlineUsers", { token })).online_users).toContain(ann.id);
    await unblock(ann, ben);
    expect((await present(ben, ann)).isListed).toBe(true);
    expect((await present(ben, ann)).found[0]).toMatchObject([true, expect.any(String)]);
  });

  test("sees no presence in the answer to a change of role", async () => {
    const [ann, ben] = await two();
    const room_id = await groupRoom(ann, [ben]);
    await call("heartbeat", { token: ben.token });
    const params = { room_id, user_id: ben.id };
    const change = async (role: "admin" | "member") =>
      (await call("updateParticipant", { token: ann.token, params, body: { role } })).is_online;
    expect(await change("admin")).toBe(true);
    await block(ann, ben);
    expect(await change("member")).toBe(false);
  });

  test("sees no presence with the messages of a public room that the viewer has not joined", async () => {
    const [ann, ben] = await two();
    const { id: room_id } = await call("createRoom", {
      token: ann.token,
      body: { room_type: "public", name: "Open to all" },
    });
    await say(ann, room_id);
    await call("heartbeat", { token: ann.token });
    const isOnline = async () =>
      (await call("listMessages", { token: ben.token, params: { room_id } })).results[0]?.sender.is_online;
    expect(await isOnline()).toBe(true);
    await block(ben, ann);
    expect(await isOnline()).toBe(false);
  });

  /**
   * Returns what a viewer is shown of the other's receipts for the two messages of a direct room.
   */
  const receipts = async ({ token }: TestUser, other: TestUser, room_id: string) => {
    const { results, marks } = await call("listMessages", { token, params: { room_id } });
    const status = await call("getMessageStatus", { token, params: { message_id: `${room_id}-2` } });
    const [message] = await call("searchMessages", { token, query: { q: "hi", room: room_id } });
    return {
      marks: marks.filter(({ user_id }) => user_id === other.id),
      messages: results.map(({ is_read, status: one, read_by }) => [is_read, one, read_by.length]),
      status: [status.status, status.is_read, status.members],
      found: [message?.is_read, message?.status],
      room: (await call("getRoom", { token, params: { room_id } })).last_message?.is_read,
      rooms: (await call("listRooms", { token })).results.map((room) => room.last_message?.is_read),
    };
  };

  test.each(["the blocked user", "the blocker"])(
    "receipts from before the block are still shown: to %s",
    async (who) => {
      const [ann, ben] = await two();
      const room_id = await directRoom(ann, ben);
      for (let at = 0; at < 2; at += 1) await say(ann, room_id);
      const [blocker, blocked] = who === "the blocker" ? [ann, ben] : [ben, ann];
      const mark = (body?: object) =>
        call("markRoomRead", { token: ben.token, params: { room_id }, ...(body && { body }) });
      const receive = (seq: number) => {
        const params = { message_id: `${room_id}-${seq}` };
        return call("updateMessageStatus", { token: ben.token, params, body: { status: "delivered" } });
      };
      await mark({ up_to_seq: 1 });
      await untilIndexed();
      const known = await receipts(ann, ben, room_id);
      expect(known.messages).toEqual([
        [true, "read", 1],
        [false, "sent", 0],
      ]);
      await block(blocker, blocked);
      await receive(2);
      await call("markMessageReadById", { token: ben.token, params: { message_id: `${room_id}-2` } });
      await mark();
      expect(await receipts(ann, ben, room_id)).toEqual(known);
      const own = await call("getRoom", { token: ben.token, params: { room_id } });
      expect(own).toMatchObject({ unread_count: 0, me: { read_seq: 2 } });

      await unblock(blocker, blocked);
      const present = await receipts(ann, ben, room_id);
      expect(present.messages).toEqual([
        [true, "read", 1],
        [true, "read", 1],
      ]);
      // The next block begins from there.
      await block(blocker, blocked);
      expect(await receipts(ann, ben, room_id)).toEqual(present);
    },
  );
});
