/** What others who are connected change of a send that is none of theirs: nothing. */
import type { WebSocket } from "ws";
import type { Bench } from "../bench.ts";
import { say } from "../progress.ts";
import { connectMore, newUsers } from "../seed.ts";
import type { Line, Table } from "../table.ts";
import { columnsOf } from "./columns.ts";

/** As many as a user may have. */
export const connectionsEach = 20;

export async function measureConnections(bench: Bench, counts: readonly number[]): Promise<Table> {
  const [ann, ben] = [await bench.newUser("send-ann"), await bench.newUser("send-ben")];
  const roomId = await bench.directRoom(ann, ben);
  const own = [await bench.connect(ann), await bench.connect(ben)];
  const crowd = await newUsers(bench, "crowd", Math.ceil(Math.max(...counts) / connectionsEach));
  const sockets: WebSocket[] = [];
  const lines: Line[] = [];
  await bench.send(ann, roomId);
  for (const count of counts) {
    await connectMore(bench, crowd, sockets, count);
    say(`${count} others connected`);
    lines.push({ others: count, ...columnsOf(await bench.measure(() => bench.send(ann, roomId))) });
  }
  for (const socket of [...own, ...sockets]) socket.terminate();
  return { name: "Others connected: a send in a direct room, 2 live", lines };
}
