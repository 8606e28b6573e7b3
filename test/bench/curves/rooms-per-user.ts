/**
 * Measures operations by the number of a user's rooms: listing them, connecting, `hello`, sending.
 */
import type { Bench } from "../bench.ts";
import { forEachOf } from "../client.ts";
import { say, sayTenths } from "../progress.ts";
import { at, newUsers } from "../seed.ts";
import type { Line, Table } from "../table.ts";
import { columnsOf } from "./columns.ts";

export async function measureRoomsPerUser(bench: Bench, counts: readonly number[]): Promise<Table> {
  const most = Math.max(...counts);
  const ann = await bench.newUser("rooms-ann");
  const others = await newUsers(bench, "peer", most);
  const roomIds: string[] = [];
  const lines: Line[] = [];
  for (const count of counts) {
    const first = roomIds.length;
    const opened = await forEachOf(
      count - first,
      async (place) => {
        const other = at(others, first + place);
        const roomId = await bench.directRoom(ann, other);
        await bench.send(other, roomId);
        return roomId;
      },
      sayTenths("direct rooms", count - first),
    );
    roomIds.push(...opened);
    say(`a user in ${count} rooms`);
    const known = Object.fromEntries(roomIds.map((id) => [id, { seq: 1, rev: 0 }]));
    const line = async (what: string, work: () => Promise<unknown>): Promise<void> => {
      lines.push({ rooms: count, what, ...columnsOf(await bench.measure(work)) });
    };
    await line("list, page 1", () => bench.api(ann, "GET", "/api/chat/rooms"));
    const sockets: Awaited<ReturnType<Bench["connect"]>>[] = [];
    await line("connect", async () => sockets.push(await bench.connect(ann)));
    const socket = at(sockets, 0);
    await line("hello, no room known", () => bench.ask(socket, { type: "hello", rooms: {} }));
    await line("hello, all known", () => bench.ask(socket, { type: "hello", rooms: known }));
    await line("send", () => bench.send(ann, at(roomIds, 0)));
    socket.terminate();
    await bench.rest();
  }
  return { name: "Rooms of one user, all direct", lines };
}
