/**
 * Room details: what only the view of a room needs, and would make its head too large.
 *   of one room, of many      ROOM#r / DETAILS
 */
import { idOfKey, keys } from "./keys.ts";
import { getItems, type Item } from "./table.ts";

export interface Details {
  readonly description: string | null;
  readonly tags: readonly string[];
}

export const noDetails: Details = { description: null, tags: [] };

export const newDetailsItem = (roomId: string, details: Details) => ({
  ...keys.details(roomId),
  ...(details.description !== null && { description: details.description }),
  tags: [...details.tags],
});

const fromItem = (item: Item): Details => ({
  description: typeof item.description === "string" ? item.description : null,
  tags: Array.isArray(item.tags) ? item.tags.map(String) : [],
});

/** The details of those rooms that have any, by room. */
export const getDetails = async (roomIds: readonly string[]): Promise<Map<string, Details>> => {
  const items = await getItems(roomIds.map(keys.details));
  return new Map(items.map((item) => [idOfKey(String(item.pk)), fromItem(item)]));
};
