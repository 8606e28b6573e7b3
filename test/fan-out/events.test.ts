import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServerEvent } from "../../contract/events.ts";
import { attempt, call } from "../support/contract-client.ts";
import { png, uploaded } from "../support/files.ts";
import {
  type Listener,
  type LoadRunner,
  type LoadUser,
  listenAll,
  seqsOf,
  startLoadRunner,
} from "../support/load.ts";
import { say } from "../support/messages.ts";
import { openSocket, type SocketClient } from "../support/socket-client.ts";

/** More users than are posted to without the queue, each with one connection. */
const peopleCount = 210;

let load: LoadRunner;
let ann: LoadUser;
let ben: LoadUser;
/** The members of most tests, except ann and ben. */
let others: LoadUser[];
let listeners: Listener[];
let socket: SocketClient;
/** The room of most tests, in their order. The last test deletes it. */
let roomId: string;
beforeAll(async () => {
  load = await startLoadRunner();
  const people = await load.newUsers(peopleCount);
  const [first, second, ...rest] = people;
  if (!first || !second) throw new Error("no people");
  [ann, ben, others] = [first, second, rest];
  roomId = await createRoom();
  listeners = await listenAll(rest, 1);
  socket = await openSocket({ token: ben.token });
}, 180_000);
afterAll(async () => {
  await load.stop();
});

async function createRoom(): Promise<string> {
  const participant_ids = [ben, ...others].map(({ id }) => id);
  const body = { room_type: "public", name: "Assembly", participant_ids };
  return (await call("createRoom", { token: ann.token, body })).id;
}

/** Returns how many events of a type each of the others got since `from`, each number once. */
function countsOf(type: string, from: readonly number[]): number[] {
  return [
    ...new Set(
      listeners.map(
        (listener, at) => listener.heard.slice(from[at] ?? 0).filter((event) => event.type === type).length,
      ),
    ),
  ];
}

/**
 * Does some work that publishes one event to every member. Returns the result of the work, and the
 * event of the one socket whose events are checked against the contract.
 */
async function publishedToAll<E extends ServerEvent["type"], T>(type: E, work: () => Promise<T>) {
  const from = listeners.map((listener) => listener.heard.length);
  const done = await work();
  const event = await socket.next(type);
  await expect.poll(() => countsOf(type, from), { timeout: 30_000 }).toEqual([1]);
  return { done, event };
}

describe("a room with more connected members than are posted to inline", () => {
  test("publishes every change once to each member", async () => {
    const created = await publishedToAll("room_created", createRoom);
    const params = { room_id: created.done };
    expect(created.event).toMatchObject({ room: { id: created.done, me: { role: "member" } } });
    const { done: message, event } = await publishedToAll("message", () => say(ann, created.done, "first"));
    expect(event).toEqual({ type: "message", message });
    const of = { ...params, message_id: message.id };

    const updated = await publishedToAll("room_updated", () =>
      call("updateRoom", { token: ann.token, params, body: { name: "Meeting" } }),
    );
    expect(updated.event).toMatchObject({
      room: { name: "Meeting", me: { role: "member" }, unread_count: 1 },
    });

    const edited = await publishedToAll("message_updated", () =>
      call("updateMessage", { token: ann.token, params: of, body: { content: "second" } }),
    );
    expect(edited.event).toMatchObject({ message: { content: "second", rev: 1, is_edited: true } });

    const reacted = await publishedToAll("reaction", () =>
      call("reactToMessage", { token: ben.token, params: of, body: { emoji: "👍" } }),
    );
    expect(reacted.event).toMatchObject({ reactions: { "👍": [ben.id] }, rev: 2 });

    const deleted = await publishedToAll("message_deleted", () =>
      attempt("deleteMessage", { token: ann.token, params: of }),
    );
    expect(deleted.event).toMatchObject({ message_id: message.id, seq: 1 });
  });

  test("updateMessage publishes a file with a URL that works", async () => {
    const params = { room_id: roomId };
    const { done: message } = await publishedToAll("message", async () =>
      call("sendMessage", {
        token: ann.token,
        params,
        body: { content: "Look", file_id: await uploaded(ann, roomId) },
      }),
    );
    const of = { ...params, message_id: message.id };
    const { event } = await publishedToAll("message_updated", () =>
      call("updateMessage", { token: ann.token, params: of, body: { content: "Look here" } }),
    );
    expect(event).toMatchObject({ message: { content: "Look here", file_name: "dot.png" } });
    const response = await fetch(event.message.file_attachment ?? "");
    expect(Buffer.from(await response.arrayBuffer())).toEqual(png);
  });

  test("updateMessage and deleteMessage reach only members who may see the message", async () => {
    const params = { room_id: roomId };
    const message = await say(ann, roomId, "of old");
    const [cid] = await load.newUsers(1);
    if (!cid) throw new Error("no user");
    await call("updatePermissions", {
      token: ann.token,
      params,
      body: { member: { can_view_history: false } },
    });
    await call("joinRoom", { token: cid.token, params });
    const late = await openSocket({ token: cid.token });
    const of = { ...params, message_id: message.id };
    await publishedToAll("message_updated", () =>
      call("updateMessage", { token: ann.token, params: of, body: { content: "changed" } }),
    );
    await publishedToAll("message_deleted", () => attempt("deleteMessage", { token: ann.token, params: of }));
    const { done: next } = await publishedToAll("message", () => say(ann, roomId, "new"));
    expect((await late.next("message")).message.id).toBe(next.id);
    expect(late.events.map((event) => event.type)).not.toContain("message_updated");
    expect(late.events.map((event) => event.type)).not.toContain("message_deleted");
    await late.close();
  });

  test("updateParticipant reaches only the member concerned, and typing reaches no member", async () => {
    const params = { room_id: roomId };
    await call("updateParticipant", {
      token: ann.token,
      params: { ...params, user_id: ben.id },
      body: { role: "admin" },
    });
    expect(await socket.next("participants_changed")).toMatchObject({
      room_id: roomId,
      changed: [{ id: ben.id, room_role: "admin" }],
    });
    expect(await socket.request({ type: "typing", ...params, is_typing: true })).toMatchObject({
      type: "ack",
    });
    expect(await call("listTypingUsers", { token: ann.token, params })).toEqual([]);
    // Events that were published before have arrived with this one.
    await publishedToAll("message", () => say(ann, roomId, "after that"));
    expect(listeners.flatMap(({ heard }) => heard).filter(({ type }) => type === "typing")).toEqual([]);
    expect(
      listeners.flatMap(({ heard }) => heard).filter(({ type }) => type === "participants_changed"),
    ).toEqual([]);
  });

  test("sendMessage shows its sender as offline only to users whom the sender blocks", async () => {
    const anns = await openSocket({ token: ann.token });
    const contact = { token: ann.token, params: { contact_id: ben.id } };
    await call("blockContact", contact);
    const senderAs = async (theirs: SocketClient, id: string) => {
      const isIt = (event: ServerEvent) => event.type === "message" && event.message.id === id;
      await theirs.until((events) => events.some(isIt), "The message");
      const event = theirs.events.find(isIt);
      return event?.type === "message" ? event.message.sender : undefined;
    };
    const sent = await say(ann, roomId, "from one who blocks");
    const { last_seen: seen } = await call("getUser", {
      token: ben.token,
      params: { user_id: ann.id },
    });
    expect(await senderAs(socket, sent.id)).toEqual({ ...sent.sender, is_online: false, last_seen: seen });
    expect(await senderAs(anns, sent.id)).toEqual(sent.sender);
    expect(sent.sender.is_online).toBe(true);
    await attempt("unblockContact", contact);
    await anns.close();
  });

  test("removeParticipant ends delivery to a connected member", async () => {
    const params = { room_id: roomId };
    const [dan] = await load.newUsers(1);
    if (!dan) throw new Error("no user");
    await call("joinRoom", { token: dan.token, params });
    const [all, limited] = [
      await openSocket({ token: dan.token }),
      await openSocket({ token: dan.token, room_id: roomId }),
    ];
    const { done: last } = await publishedToAll("message", () => say(ann, roomId, "with them"));
    for (const one of [all, limited]) expect((await one.next("message")).message.id).toBe(last.id);
    // Messages that are sent during the removal may reach dan or not. Later ones must not.
    const [removed] = await Promise.all([
      attempt("removeParticipant", { token: ann.token, params: { ...params, user_id: dan.id } }),
      ...[1, 2, 3].map(() => say(ann, roomId, "meanwhile")),
    ]);
    expect(removed.status).toBe(204);
    expect(await all.next("room_removed")).toMatchObject(params);
    await limited.closed;
    await publishedToAll("message_deleted", async () => {
      const after = await say(ann, roomId, "without them");
      await attempt("deleteMessage", { token: ann.token, params: { ...params, message_id: after.id } });
    });
    const contents = all.events.flatMap((event) => (event.type === "message" ? [event.message.content] : []));
    expect(contents).not.toContain("without them");
    expect(all.events.map((event) => event.type)).not.toContain("message_deleted");
    await all.close();
  });

  test("deleteRoom reaches all members and closes the connections of the room when a member types", async () => {
    const params = { room_id: roomId };
    const limited = await openSocket({ token: ben.token, room_id: roomId });
    const typing = { type: "typing", ...params, is_typing: true } as const;
    const typed = [1, 2, 3, 4].map(() => socket.request(typing));
    await publishedToAll("room_removed", () => attempt("deleteRoom", { token: ann.token, params }));
    await limited.closed;
    for (const answer of await Promise.all(typed))
      if (answer.type === "error") expect(answer.error.code).toBe("forbidden");
    expect(await socket.request(typing)).toMatchObject({ type: "error", error: { code: "forbidden" } });
  });
});

test("sendMessage reaches all connections of a small room when they are too many to post to inline", async () => {
  const people = others.slice(0, 20);
  const devices = await listenAll(people, 10);
  const body = { room_type: "group", name: "Team", participant_ids: people.map(({ id }) => id) };
  const { id: roomId } = await call("createRoom", { token: ann.token, body });
  const [removed] = people;
  const seqs = (userId: string | undefined, isTheirs: boolean): string[] => [
    ...new Set(
      devices
        .filter((device) => (device.userId === userId) === isTheirs)
        .map((device) => seqsOf(device, roomId).join()),
    ),
  ];
  await say(ann, roomId, "first");
  await say(ann, roomId, "second");
  await expect.poll(() => seqs(undefined, false), { timeout: 30_000 }).toEqual(["1,2"]);
  await attempt("removeParticipant", {
    token: ann.token,
    params: { room_id: roomId, user_id: removed?.id ?? "" },
  });
  await say(ann, roomId, "third");
  await expect.poll(() => seqs(removed?.id, false), { timeout: 30_000 }).toEqual(["1,2,3"]);
  expect(seqs(removed?.id, true)).toEqual(["1,2"]);
});
