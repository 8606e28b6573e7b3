/** The budgets of the design, each measured as it is met by a client: through the gateway, by the runner's meter. */
import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocket } from "ws";
import type { BenchClient, BenchUser, Cost } from "./client.ts";
import type { Row } from "./row.ts";

type Report = (row: Row) => void;

const pick = (cost: Cost, limits: Partial<Cost>): Row["measured"] =>
  // Safe: the keys of a part of Cost.
  Object.fromEntries((Object.keys(limits) as (keyof Cost)[]).map((what) => [what, cost[what]]));

const inBatches = async <T>(count: number, make: (at: number) => Promise<T>): Promise<T[]> => {
  const made: T[] = [];
  for (let from = 0; from < count; from += 20)
    made.push(
      ...(await Promise.all(Array.from({ length: Math.min(20, count - from) }, (_, at) => make(from + at)))),
    );
  return made;
};

export const measureBudgets = async (client: BenchClient, others: number, report: Report): Promise<void> => {
  const { api, connect, cost, newUser } = client;
  const row = (name: string, measured: Cost, limits: Partial<Cost>): void =>
    report({ name, measured: pick(measured, limits), limits });
  const open = async (one: BenchUser, other: BenchUser): Promise<string> =>
    (await api<{ id: string }>("POST", "/api/chat/rooms/direct_message", { user_id: other.id }, one.token))
      .id;
  const say = (user: BenchUser, roomId: string, content = "Hello, how are you?") =>
    api<{ id: string }>(
      "POST",
      `/api/chat/rooms/${roomId}/messages`,
      { content, client_message_id: crypto.randomUUID() },
      user.token,
    );

  const [ann, ben] = await Promise.all([newUser("bench-ann"), newUser("bench-ben")]);
  const roomId = await open(ann, ben);
  const sockets: WebSocket[] = await Promise.all([connect(ann), connect(ben)]);
  await say(ann, roomId);
  const sending = { wru: 3, rru: 3, calls: 6, in_sequence: 4, posts: 2 };
  row("send, direct room, 2 live", await cost(() => say(ann, roomId)), sending);

  const crowd = await inBatches(others, (at) => newUser(`bench-other-${at}`));
  for (let at = 0; at + 1 < crowd.length; at += 2) {
    const [one, other] = [crowd[at], crowd[at + 1]];
    if (one && other) await open(one, other);
  }
  sockets.push(...(await inBatches(crowd.length, (at) => connect(crowd[at] ?? ann))));
  row(`the same with ${crowd.length} others connected`, await cost(() => say(ann, roomId)), sending);

  const members = await inBatches(50, (at) => newUser(`bench-member-${at}`));
  const [first] = members;
  if (!first) throw new Error("A room of 50 has members.");
  const group = await api<{ id: string }>(
    "POST",
    "/api/chat/rooms",
    { room_type: "group", participant_ids: members.map((member) => member.id) },
    first.token,
  );
  sockets.push(...(await inBatches(20, (at) => connect(members[at] ?? first))));
  await say(first, group.id);
  row("send, room of 50, 20 live", await cost(() => say(first, group.id)), {
    wru: 3,
    rru: 30,
    calls: 6,
    in_sequence: 4,
    posts: 20,
  });

  const marking = { wru: 1, rru_before_write: 1 };
  const newest = await say(first, group.id);
  const [, reader] = members;
  const mark = (path: string) => api("POST", `/api/chat/rooms/${group.id}/${path}`, {}, reader?.token);
  row("mark a message read, room of 50", await cost(() => mark(`messages/${newest.id}/mark_read`)), marking);
  row("mark a room read, room of 50", await cost(() => mark("mark_read")), marking);

  for (let at = 0; at < 200; at += 1) await say(ben, roomId, `message ${at}`);
  for (const page of [1, 2, 4])
    row(
      `history page ${page} of 50`,
      await cost(() => api("GET", `/api/chat/rooms/${roomId}/messages?page=${page}`, undefined, ann.token)),
      { queries: 1 },
    );

  const lister = await newUser("bench-lister");
  for (const member of members) await say(member, await open(lister, member));
  row("list 50 direct rooms", await cost(() => api("GET", "/api/chat/rooms", undefined, lister.token)), {
    calls: 4,
    rru: 110,
  });

  const cid = await newUser("bench-cid");
  const opened: WebSocket[] = [];
  row(
    "connect: ticket, presence, session",
    await cost(async () => {
      opened.push(await connect(cid));
    }),
    { wru: 5 },
  );
  row(
    "disconnect",
    await cost(async () => {
      for (const socket of opened) socket.close();
      // The gateway tells of an end when nobody waits for it any more.
      await sleep(1500);
    }),
    { wru: 4 },
  );

  const [annSocket] = sockets;
  const type = async (): Promise<void> => {
    annSocket?.send(
      JSON.stringify({ type: "typing", room_id: roomId, is_typing: true, request_id: "typing" }),
    );
    await new Promise((resolve) => {
      annSocket?.once("message", resolve);
    });
  };
  await type();
  row("typing, stored less than 5 s ago", await cost(type), { wru: 0 });
  for (const socket of sockets) socket.close();
};
