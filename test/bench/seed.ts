/** What has to be there before something is measured: people, rooms of any size, long histories, many connections. */
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { WebSocket } from "ws";
import { keys, newMessageItem, type StoredMessage } from "../support/internals.ts";
import { batchSize, plainMessage, putBatch, seededProfile } from "../support/seeded.ts";
import type { Bench } from "./bench.ts";
import { type BenchUser, forEachOf } from "./client.ts";
import { sayTenths } from "./progress.ts";

/** Writes items straight into the table, as many as `makeItem` is asked for. */
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

/** People who have a profile, written as their first call would: ten thousand calls would take minutes. */
export async function newUsers(bench: Bench, name: string, count: number): Promise<BenchUser[]> {
  const users = Array.from({ length: count }, (_, place) => bench.someone(`${name}-${place}`));
  await writeItems(bench, `people ${name}`, count, (place) =>
    seededProfile(at(users, place).id, `${name}-${place}`),
  );
  return users;
}

/** The one at a place that is known to be there. */
export function at<T>(list: readonly T[], place: number): T {
  const one = list.at(place);
  if (one === undefined) throw new Error(`There is nothing at ${place} of ${list.length}.`);
  return one;
}

/** How many are added by one call: with more, a busy machine takes longer than the gateway waits. */
const addedAtOnce = 250;

/** A public room of these members, made by the first of them. */
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

/** Further connections, each of somebody else until all have one, up to as many in all. */
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

/** The text of a message that was seeded. */
function seededText(seq: number): string {
  return `message ${seq}`;
}

/** Writes plain messages of a room, from one seq to another, and has the room count them. */
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
 * Lets a room have `count` messages, by writing what sending them would have written of messages, straight into the
 * table: a hundred thousand sends would take an hour. That the product reads them is seen by reading the oldest.
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
    // Passed over by what follows from a message: a hundred thousand of them would be indexed for minutes.
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
