/**
 * Measures operations by the length of a history: sending, the first page, the deepest, marking a
 * room read.
 */
import type { Bench } from "../bench.ts";
import { say } from "../progress.ts";
import { growHistory } from "../seed.ts";
import type { Line, Table } from "../table.ts";
import { columnsOf } from "./columns.ts";

const pageSize = 50;

export async function measureHistory(bench: Bench, lengths: readonly number[]): Promise<Table> {
  const [ann, ben] = [await bench.newUser("history-ann"), await bench.newUser("history-ben")];
  const roomId = await bench.directRoom(ann, ben);
  const sockets = [await bench.connect(ann), await bench.connect(ben)];
  const path = `/api/chat/rooms/${roomId}`;
  const lines: Line[] = [];
  for (const length of lengths) {
    say(`a history of ${length}`);
    await growHistory(bench, { id: roomId, sender: ann, reader: ben }, length - 1);
    const page = (number: number) => () =>
      bench.api(ben, "GET", `${path}/messages?page_size=${pageSize}&page=${number}`);
    const works: Record<string, () => Promise<unknown>> = {
      send: () => bench.send(ann, roomId),
      "page 1": page(1),
      "deepest page": page(Math.ceil(length / pageSize)),
      "mark the room read": () => bench.api(ben, "POST", `${path}/mark_read`, {}),
    };
    for (const [what, work] of Object.entries(works)) {
      const cost = await bench.measure(work);
      lines.push({ messages: length, what, queries: cost.queries, ...columnsOf(cost) });
    }
  }
  for (const socket of sockets) socket.terminate();
  return { name: `History of a direct room, 2 connected, pages of ${pageSize}`, lines };
}
