/** Copies of a room, for tests that need a large one each: creating one takes seconds. */
import { itemsOfRoom } from "./operator.ts";
import { seedItems } from "./seed-items.ts";

function replaced(value: unknown, roomId: string, copyId: string): unknown {
  const again = (inner: unknown) => replaced(inner, roomId, copyId);
  if (typeof value === "string") return value.replaceAll(roomId, copyId);
  if (Array.isArray(value)) return value.map(again);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, again(inner)]));
}

/**
 * Returns another room with the same members, in the same state. Its members get no invitation: the
 * copy does not say who added them. The copy is not on the list of public rooms, and the search for
 * rooms does not find it.
 */
export async function copyRoom(roomId: string): Promise<string> {
  const copyId = crypto.randomUUID();
  const items = (await itemsOfRoom(roomId)).map(
    // Safe: a copy of an item is an item.
    ({ added_by: _, ...item }) => replaced(item, roomId, copyId) as typeof item,
  );
  await seedItems(items);
  return copyId;
}
