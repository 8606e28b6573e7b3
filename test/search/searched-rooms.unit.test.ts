import { expect, test } from "vitest";
import { headFromItem, internals, keys, type RoomGroup } from "../support/internals.ts";
import { newRandom } from "../support/random.ts";

const { chooseRooms, roomsPerSearch } = await internals.roomScope();

function room(id: string) {
  return headFromItem({ ...keys.head(id), type: "group", status: "active", seq: 1 });
}

function rooms(count: number) {
  return Array.from({ length: count }, (_, at) => room(`room-${at}`));
}

function shuffled<T>(list: readonly T[], seed: number): T[] {
  const random = newRandom(seed);
  return list
    .map((one) => ({ one, place: random.next() }))
    .sort((one, other) => one.place - other.place)
    .map(({ one }) => one);
}

test("few rooms are one group, even if rooms are added during a search", () => {
  const few = rooms(roomsPerSearch);
  expect(chooseRooms(few, undefined, true)).toEqual({ heads: few, group: undefined, next: undefined });
  expect(chooseRooms(rooms(roomsPerSearch + 1), undefined, false).heads).toHaveLength(roomsPerSearch + 1);
});

test("many rooms are searched once each, the most active first, however their order changes meanwhile", () => {
  const all = rooms(2 * roomsPerSearch + 50);
  const searched: string[] = [];
  let group: RoomGroup | undefined;
  for (let step = 0; step === 0 || group; step += 1) {
    const first = chooseRooms(step === 0 ? all : shuffled(all, step), group, step === 0);
    // The next page of the same group has the same rooms.
    const again = chooseRooms(shuffled(all, step + 100), first.group, false);
    const ids = first.heads.map(({ id }) => id);
    expect(again.heads.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(ids.length).toBeLessThanOrEqual(roomsPerSearch);
    if (step === 0) expect(ids).toEqual(all.slice(0, roomsPerSearch).map(({ id }) => id));
    searched.push(...ids);
    group = first.next;
  }
  expect(searched.sort()).toEqual(all.map(({ id }) => id).sort());
});
