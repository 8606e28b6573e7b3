/**
 * Seeds the data before a measurement: users, rooms of any size, long histories, many connections.
 */
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { WebSocket } from "ws";
import { keys, newMessageItem, type StoredMessage } from "../support/internals.ts";
import { batchSize, plainMessage, putBatch, seededProfile } from "../support/seeded.ts";
import type { Bench } from "./bench.ts";
import { type BenchUser, forEachOf } from "./client.ts";
import { sayTenths } from "./progress.ts";

/** Writes `count` items straight into the table. */
export async function writeItems(
  { table, tableName }: Bench,
  what: string,
  count: number,
  makeItem: (place: number) => Record<string, unknown>,
): Promise<void> {
  const batches = Math.ceil(count / batchSize);
  await forEachOf(
    batches,
    async (batch) => {
      const first = batch * batchSize;
      const places = Array.from({ length: Math.min(batchSize, count - first) }, (_, place) => first + place);
      await putBatch(table, tableName, places.map(makeItem));
    },
    sayTenths(`batches of ${what}`, batches),
  );
}

/**
 * Seeds users with a profile, written as their first call would: ten thousand calls would take
 * minutes.
 */
export async function newUsers(bench: Bench, name: string, count: number): Promise<BenchUser[]> {
  const users = Array.from({ length: count }, (_, place) => bench.unseenUser(`${name}-${place}`));
  await writeItems(bench, `users ${name}`, count, (place) =>
    seededProfile(at(users, place).id, `${name}-${place}`),
  );
  return users;
}

/** Returns the element at a place. Throws if there is none. */
export function at<T>(list: readonly T[], place: number): T {
  const one = list.at(place);
  if (one === undefined) throw new Error(`There is nothing at ${place} of ${list.length}.`);
  return one;
}

/** Members that one call adds. With more, a busy machine takes longer than the gateway waits. */
const addedAtOnce = 250;

/** Creates a public room of these members, by the first of them. Returns its id. */
export async function newRoom(bench: Bench, members: readonly BenchUser[]): Promise<string> {
  const [creator, ...others] = [at(members, 0), ...members.slice(1)];
  const { id } = await bench.api<{ id: string }>(creator, "POST", "/api/chat/rooms", {
    room_type: "public",
    name: `Room of ${members.length}`,
  });
  const said = sayTenths("members of a room", others.length);
  for (let from = 0; from < others.length; from += addedAtOnce) {
    const user_ids = others.slice(from, from + addedAtOnce).map((user) => user.id);
    await bench.api(creator, "POST", `/api/chat/rooms/${id}/participants`, { user_ids });
    said(from + user_ids.length);
  }
  return id;
}

/** Opens connections until there are `count`, each of another user until all users have one. */
export async function connectMore(
  bench: Bench,
  users: readonly BenchUser[],
  sockets: WebSocket[],
  count: number,
): Promise<void> {
  const missing = Math.max(0, count - sockets.length);
  const first = sockets.length;
  const opened = await forEachOf(
    missing,
    (place) => bench.connectQuickly(at(users, (first + place) % users.length)),
    sayTenths("further connections", missing),
  );
  sockets.push(...opened);
}

/** Returns the text of a seeded message. */
function seededText(seq: number): string {
  return `message ${seq}`;
}

/** Seeds plain messages of a room, from one seq to another, and raises the room's seq. */
export async function seedMessages(
  bench: Bench,
  roomId: string,
  { from, to }: { readonly from: number; readonly to: number },
  messageAt: (seq: number) => Pick<StoredMessage, "senderId" | "content" | "type" | "at">,
): Promise<void> {
  await writeItems(bench, "messages", to - from + 1, (place) =>
    newMessageItem({
      ...plainMessage,
      roomId,
      seq: from + place,
      ...messageAt(from + place),
    }),
  );
  await bench.table.send(
    new UpdateCommand({
      TableName: bench.tableName,
      Key: keys.head(roomId),
      UpdateExpression: "SET seq = :seq",
      ExpressionAttributeValues: { ":seq": to },
    }),
  );
}

/**
 * Grows the history of a room to `count` messages. It seeds the messages that sends would have
 * written: a hundred thousand sends would take an hour. It reads the oldest one to check that the
 * product reads them.
 */
export async function growHistory(
  bench: Bench,
  room: { readonly id: string; readonly sender: BenchUser; readonly reader: BenchUser },
  count: number,
): Promise<void> {
  const { table, tableName: TableName } = bench;
  const { Item } = await table.send(
    new GetCommand({ TableName, Key: keys.head(room.id), ConsistentRead: true }),
  );
  const from = Number(Item?.seq) + 1;
  const missing = Math.max(0, count - from + 1);
  if (missing === 0) return;
  const at = new Date().toISOString();
  await seedMessages(bench, room.id, { from, to: count }, (seq) => ({
    senderId: room.sender.id,
    content: seededText(seq),
    // The stream's handlers skip this type: they would index a hundred thousand messages for
    // minutes.
    type: "encrypted",
    at,
  }));
  const { results } = await bench.api<{ results: { seq: number; content: string }[] }>(
    room.reader,
    "GET",
    `/api/chat/rooms/${room.id}/messages?before=${from + 1}&page_size=1`,
  );
  const read = results[0];
  if (read?.seq !== from || read.content !== seededText(from))
    throw new Error(`Message ${from} reads as ${JSON.stringify(read)}.`);
}
