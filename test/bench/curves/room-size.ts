/**
 * Measures operations by the size of a room: sends with none, 20 and as many connected members as
 * possible; joining, leaving, listing.
 */
import type { WebSocket } from "ws";
import type { Bench } from "../bench.ts";
import type { BenchUser } from "../client.ts";
import type { Cost } from "../meter.ts";
import { say } from "../progress.ts";
import { at, connectMore, newRoom, newUsers } from "../seed.ts";
import type { Line, Table } from "../table.ts";
import { columnsOf } from "./columns.ts";

interface RoomSizes {
  readonly sizes: readonly number[];
  /** The numbers of connected members, ascending from 0. */
  readonly connected: readonly number[];
}

interface Room {
  readonly id: string;
  readonly size: number;
}

/**
 * Measures the same work three times. Returns the cost with the middle time, since the first calls
 * of a worker are slower.
 */
async function measureMiddle(bench: Bench, work: () => Promise<unknown>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let round = 0; round < 3; round += 1) costs.push(await bench.measure(work));
  return at(
    costs.sort((one, other) => one.ms - other.ms),
    1,
  );
}

/**
 * Seconds after which a task has checked whether a departure was interrupted
 * (functions/rooms/stream-handlers.ts).
 */
const laterSeconds = 61;

/** Measures joining, leaving and the pages of participants, with no connected members. */
async function measureMembership(bench: Bench, room: Room, newcomer: BenchUser): Promise<Line[]> {
  const path = `/api/chat/rooms/${room.id}`;
  const participants = (page: number) => () =>
    bench.api(newcomer, "GET", `${path}/participants?page_size=50&page=${page}`);
  const line = (what: string, cost: Cost): Line => ({ members: room.size, what, ...columnsOf(cost) });
  return [
    line("join", await bench.measure(() => bench.api(newcomer, "POST", `${path}/join`, {}))),
    line("participants, page 1", await bench.measure(participants(1))),
    line("participants, last page", await bench.measure(participants(Math.ceil((room.size + 1) / 50)))),
    line("leave", await bench.measure(() => bench.api(newcomer, "POST", `${path}/leave`, {}), laterSeconds)),
  ];
}

/**
 * Measures rooms of these sizes. Calls `also` for each room and each number of connected members,
 * while they are connected, for further measurements.
 */
export async function measureRoomSizes(
  bench: Bench,
  { sizes, connected }: RoomSizes,
  also: (room: {
    id: string;
    size: number;
    connected: number;
    sender: BenchUser;
  }) => Promise<void> = async () => {},
): Promise<Table[]> {
  const users = await newUsers(bench, "member", Math.max(...sizes));
  const newcomer = await bench.newUser("newcomer");
  const rooms: Room[] = [];
  for (const size of sizes) rooms.push({ size, id: await newRoom(bench, users.slice(0, size)) });
  const sender = at(users, 0);
  const sockets: WebSocket[] = [];
  const sends: Line[] = [];
  const memberships: Line[] = [];
  for (const count of connected) {
    await connectMore(bench, users, sockets, count);
    for (const room of rooms.filter(({ size }) => size >= count)) {
      say(`a room of ${room.size} with ${count} connected`);
      await also({ ...room, connected: count, sender });
      const most = Math.max(...connected.filter((one) => one <= room.size));
      if (![0, 20, most].includes(count)) continue;
      const cost = await measureMiddle(bench, () => bench.send(sender, room.id));
      sends.push({ members: room.size, connected: count, ...columnsOf(cost) });
      if (count === 0) memberships.push(...(await measureMembership(bench, room, newcomer)));
    }
  }
  for (const socket of sockets) socket.terminate();
  return [
    {
      name: "Room size: a send",
      lines: sends.sort((one, other) => Number(one.members) - Number(other.members)),
    },
    { name: "Room size: members, none connected", lines: memberships },
  ];
}
