/**
 * Room details: what only the view of a room needs, and would make its head too large.
 *   of one room, of many      ROOM#r / DETAILS
 */
import { idOfKey, keys } from "../table/keys.ts";
import { getItems, type Item, updateItem } from "../table/table.ts";

export interface Details {
  readonly description: string | null;
  readonly tags: readonly string[];
}

export interface StoredDetails extends Details {
  /** The room's name if its head says that the details hold it; else an earlier name, or null. */
  readonly longName: string | null;
}

export const noDetails: StoredDetails = { description: null, tags: [], longName: null };

export function newDetailsItem(roomId: string, details: StoredDetails) {
  return {
    ...keys.details(roomId),
    ...(details.description !== null && { description: details.description }),
    ...(details.longName !== null && { long_name: details.longName }),
    tags: [...details.tags],
  };
}

function fromItem(item: Item): StoredDetails {
  return {
    description: typeof item.description === "string" ? item.description : null,
    tags: Array.isArray(item.tags) ? item.tags.map(String) : [],
    longName: typeof item.long_name === "string" ? item.long_name : null,
  };
}

/** Returns the details of those rooms that have any, by room. */
export async function getDetails(
  roomIds: readonly string[],
  read: "consistent" | "eventual" = "eventual",
): Promise<Map<string, StoredDetails>> {
  const items = await getItems(roomIds.map(keys.details), read);
  return new Map(items.map((item) => [idOfKey(String(item.pk)), fromItem(item)]));
}

/** The details to change: an absent one stays, and null removes it. */
interface DetailsChanges {
  readonly description?: string | null | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly longName?: string | undefined;
}

/** Changes details, or creates them. Readers see them only if the head says that there are any. */
export async function updateDetails(roomId: string, changes: DetailsChanges): Promise<void> {
  const { description, tags, longName } = changes;
  await updateItem(keys.details(roomId), {
    set: { description, tags: tags && [...tags], long_name: longName },
  });
}
