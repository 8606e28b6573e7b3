import type { Room } from "../../../contract/objects/room.ts";
import { call } from "../../support/contract-client.ts";
import type { TestUser } from "../../support/people.ts";

/** Returns all rooms of a user. */
export async function listRooms({ token }: TestUser): Promise<Room[]> {
  const rooms: Room[] = [];
  for (let page = 1; ; page += 1) {
    const { results, next } = await call("listRooms", { token, query: { page, page_size: 100 } });
    rooms.push(...results);
    if (next === null) return rooms;
  }
}
