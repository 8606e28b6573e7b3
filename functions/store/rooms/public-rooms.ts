/**
 * Listings of public rooms, for users who search for one.
 *   by name                   gsi1: PUBLIC / folded name # room
 * A separate item carries the index keys. On the head they would take it over 1 KB, and each send
 * would write more.
 */
import { indexKeys, keys } from "../table/keys.ts";
import { type Item, putItem, queryAll, takeItem } from "../table/table.ts";

/** The number of public rooms that a list reads, in the order of their names. */
const listingLimit = 10_000;

interface Listing {
  readonly roomId: string;
  /** In small letters, for comparison. */
  readonly name: string;
}

/** Returns a text for comparison, without regard to case or to the encoding of accents. */
function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

// A sort key has at most 1,024 bytes, and folding makes some texts longer.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
const keyCharacters = 100;

export function newListingItem(roomId: string, name: string | null) {
  return {
    ...keys.listing(roomId),
    ...indexKeys.listing([...folded(name ?? "")].slice(0, keyCharacters).join(""), roomId),
  };
}

export function putListing(roomId: string, name: string | null): Promise<void> {
  return putItem(newListingItem(roomId, name));
}

export async function deleteListing(roomId: string): Promise<void> {
  await takeItem(keys.listing(roomId));
}

function fromItem(item: Item): Listing {
  const key = String(item.gsi1sk);
  const end = key.lastIndexOf("#");
  return { name: key.slice(0, end), roomId: key.slice(end + 1) };
}

/** Returns public rooms by name, the first `listingLimit` of them. */
export async function listListings(): Promise<Listing[]> {
  const items = await queryAll(
    {
      IndexName: "gsi1",
      KeyConditionExpression: "gsi1pk = :public",
      ExpressionAttributeValues: { ":public": indexKeys.listings },
    },
    listingLimit,
  );
  return items.map(fromItem);
}
