/** Measures whether other users' connections change the cost of a send: they should not. */
import type { WebSocket } from "ws";
import type { Bench } from "../bench.ts";
import { say } from "../progress.ts";
import { connectMore, newUsers } from "../seed.ts";
import type { Line, Table } from "../table.ts";
import { columnsOf } from "./columns.ts";

/** The most connections that a user may have. */
export const connectionsEach = 20;

export async function measureConnections(bench: Bench, counts: readonly number[]): Promise<Table> {
  const [ann, ben] = [await bench.newUser("send-ann"), await bench.newUser("send-ben")];
  const roomId = await bench.directRoom(ann, ben);
  const own = [await bench.connect(ann), await bench.connect(ben)];
  const otherUsers = await newUsers(bench, "other", Math.ceil(Math.max(...counts) / connectionsEach));
  const sockets: WebSocket[] = [];
  const lines: Line[] = [];
  await bench.send(ann, roomId);
  for (const count of counts) {
    await connectMore(bench, otherUsers, sockets, count);
    say(`${count} others connected`);
    lines.push({ others: count, ...columnsOf(await bench.measure(() => bench.send(ann, roomId))) });
  }
  for (const socket of [...own, ...sockets]) socket.terminate();
  return { name: "Others connected: a send in a direct room, 2 connected", lines };
}
