/**
 * The budgets of the design. Each is measured as a client meets it: through the gateway, by the
 * runner's meter.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocket } from "ws";
import type { Bench } from "./bench.ts";
import type { BenchUser } from "./client.ts";
import { connectionsEach } from "./curves/connections.ts";
import type { Cost } from "./meter.ts";
import { measureNotifying } from "./notifying.ts";
import { say } from "./progress.ts";
import type { Row } from "./row.ts";
import { at, connectMore, growHistory, newRoom, newUsers } from "./seed.ts";

type Report = (row: Row) => void;

interface Load {
  /** Connections of users who are in none of the rooms. */
  readonly others: number;
  /** Messages of a long history. */
  readonly history: number;
}

function sentTo(posts: number, rru: number): Pick<Row, "limits" | "exactly"> {
  return {
    limits: { wru: 3, rru, calls: 6, in_sequence: 4 },
    exactly: { posts },
  };
}

/**
 * Returns the measured values that budgets name. The curves and the costs show the work behind a
 * request.
 */
function measuredOf({ request, inSequence, rruBeforeWrite, queries }: Cost): Row["measured"] {
  return {
    wru: request.wru,
    rru: request.rru,
    calls: request.calls,
    posts: request.posts,
    in_sequence: inSequence,
    rru_before_write: rruBeforeWrite,
    queries,
  };
}

function rowOf(name: string, cost: Cost, budget: Pick<Row, "limits" | "exactly">): Row {
  const measured = measuredOf(cost);
  const named = Object.keys({ ...budget.limits, ...budget.exactly });
  return {
    name,
    measured: Object.fromEntries(named.map((what) => [what, measured[what] ?? Number.NaN])),
    ...budget,
  };
}

/**
 * Makes the functions see a user before a measurement. The bench's users come from an issuer of its
 * own: each container checks once whether such a user has a profile (functions/users/provision.ts).
 * That check is no part of a budget.
 */
async function introduce(bench: Bench, user: BenchUser, roomId: string): Promise<void> {
  await bench.api(user, "GET", `/api/chat/rooms/${roomId}`);
  await bench.api(user, "GET", `/api/chat/rooms/${roomId}/messages?page_size=1`);
}

/** Measures a send, and another one to count its calls in sequence. */
async function measureSend(bench: Bench, user: BenchUser, roomId: string): Promise<Cost> {
  await introduce(bench, user, roomId);
  const send = () => bench.send(user, roomId);
  return { ...(await bench.measure(send)), inSequence: await bench.measureSequence(send) };
}

/**
 * Measures sends in a direct room and in a room of 50: alone, beside other connected users, after a
 * long history.
 */
async function measureSends(bench: Bench, { others, history }: Load, report: Report): Promise<void> {
  const [ann, ben] = [await bench.newUser("ann"), await bench.newUser("ben")];
  const direct = await bench.directRoom(ann, ben);
  const sockets: WebSocket[] = [await bench.connect(ann), await bench.connect(ben)];
  const members = await newUsers(bench, "member", 50);
  const group = await newRoom(bench, members);
  const connected: WebSocket[] = [];
  await connectMore(bench, members, connected, 20);
  const first = at(members, 0);
  const both = async (which: string): Promise<void> => {
    for (const [name, user, room, budget] of [
      ["send, direct room, 2 connected", ann, direct, sentTo(2, 3)],
      ["send, room of 50, 20 connected", first, group, sentTo(20, 30)],
    ] as const) {
      report(rowOf(`${name}${which}`, await measureSend(bench, user, room), budget));
    }
  };
  await both("");

  const otherUsers = await newUsers(bench, "other", Math.ceil(others / connectionsEach));
  const beside: WebSocket[] = [];
  await connectMore(bench, otherUsers, beside, others);
  await both(`, ${others.toLocaleString("en-US")} others connected`);

  await measureMarks(bench, { group, sender: first, reader: at(members, 1) }, report);
  await measureTyping(bench, at(sockets, 0), direct, report);

  say(`a history of ${history}`);
  await growHistory(bench, { id: direct, sender: ann, reader: ben }, history);
  await growHistory(bench, { id: group, sender: first, reader: at(members, 1) }, history);
  await both(`, ${history.toLocaleString("en-US")} messages before`);
  for (const page of new Set([1, 2, 200, history / 50]))
    report(
      rowOf(
        `history, page ${page.toLocaleString("en-US")} of 50`,
        await bench.measure(() =>
          bench.api(ben, "GET", `/api/chat/rooms/${direct}/messages?page_size=50&page=${page}`),
        ),
        { limits: {}, exactly: { queries: 1 } },
      ),
    );
  for (const socket of [...sockets, ...connected, ...beside]) socket.terminate();
}

/** Measures the upload of a file, and the send of a message with it. */
async function measureFiles(bench: Bench, report: Report): Promise<void> {
  const [ann, ben] = [await bench.newUser("fay"), await bench.newUser("flo")];
  const room = await bench.directRoom(ann, ben);
  const sockets = [await bench.connect(ann), await bench.connect(ben)];
  const upload = async (): Promise<string> => {
    const file = { file_name: "hello.txt", file_size: 5, media_type: "text/plain", room };
    const begun = await bench.api<{
      file_id: string;
      upload: { url: string; headers: Record<string, string> };
    }>(ann, "POST", "/api/chat/upload/file", file);
    await fetch(begun.upload.url, { method: "PUT", headers: begun.upload.headers, body: "Hello" });
    return begun.file_id;
  };
  await upload();
  report(rowOf("upload a file", await bench.measure(upload), { limits: { wru: 1, rru: 2, calls: 3 } }));
  const files = [await upload(), await upload()];
  await introduce(bench, ann, room);
  const send = () => bench.api(ann, "POST", `/api/chat/rooms/${room}/messages`, { file_id: files.pop() });
  const sending = { ...(await bench.measure(send)), inSequence: await bench.measureSequence(send) };
  report(
    rowOf("send with a file", sending, {
      limits: { wru: 6, rru: 4, calls: 10, in_sequence: 7 },
      exactly: { posts: 2 },
    }),
  );
  for (const socket of sockets) socket.terminate();
}

async function measureMarks(
  bench: Bench,
  { group, sender, reader }: { group: string; sender: BenchUser; reader: BenchUser },
  report: Report,
): Promise<void> {
  const newest = await bench.send(sender, group);
  await introduce(bench, reader, group);
  const budget = { limits: { rru_before_write: 1 }, exactly: { wru: 1 } };
  for (const [name, path] of [
    ["mark a message read, room of 50", `messages/${newest.id}/mark_read`],
    ["mark a room read, room of 50", "mark_read"],
  ] as const)
    report(
      rowOf(
        name,
        await bench.measure(() => bench.api(reader, "POST", `/api/chat/rooms/${group}/${path}`, {})),
        budget,
      ),
    );
}

async function measureTyping(bench: Bench, socket: WebSocket, roomId: string, report: Report): Promise<void> {
  const type = () => bench.ask(socket, { type: "typing", room_id: roomId, is_typing: true });
  await type();
  report(
    rowOf("typing, stored less than 5 s ago", await bench.measure(type), {
      limits: { wru: 0 },
      exactly: { posts: 1 },
    }),
  );
}

/**
 * Measures the list of 50 direct rooms. If the caller spoke last, `is_read` also takes the other
 * member's membership.
 */
async function measureList(bench: Bench, report: Report): Promise<void> {
  const lister = await bench.newUser("lister");
  const peers = await newUsers(bench, "peer", 50);
  const rooms: (readonly [BenchUser, string])[] = [];
  for (const peer of peers) rooms.push([peer, await bench.directRoom(lister, peer)]);
  const list = () => bench.measure(() => bench.api(lister, "GET", "/api/chat/rooms"));
  for (const [peer, room] of rooms) await bench.send(peer, room);
  report(rowOf("list 50 direct rooms", await list(), { limits: { calls: 4, rru: 110 } }));
  for (const [, room] of rooms) await bench.send(lister, room);
  report(
    rowOf("list 50 direct rooms, the caller spoke last in all", await list(), {
      // docs/decisions/009-the-list-of-direct-rooms.md
      limits: { calls: 4, rru: 127.5 },
    }),
  );
}

async function measureConnecting(bench: Bench, report: Report): Promise<void> {
  const cid = await bench.newUser("cid");
  const opened: WebSocket[] = [];
  const connecting = await bench.measure(async () => opened.push(await bench.connect(cid)));
  report(rowOf("connect: ticket, presence, session", connecting, { limits: { wru: 5 } }));
  const disconnecting = await bench.measure(async () => {
    for (const socket of opened) socket.close();
    // The gateway reports the end to a function later, and until then nothing is under way.
    for (let round = 0; round < 500; round += 1) {
      if ((await bench.read()).operations.$disconnect) return;
      await sleep(20);
    }
    throw new Error("The gateway did not report a closed connection within 10 s.");
  });
  report(rowOf("disconnect", disconnecting, { limits: { wru: 4 } }));
}

export async function measureBudgets(bench: Bench, load: Load, report: Report): Promise<void> {
  await measureConnecting(bench, report);
  await measureList(bench, report);
  await measureFiles(bench, report);
  await measureNotifying(bench, report);
  await measureSends(bench, load, report);
}
