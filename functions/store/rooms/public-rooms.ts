/**
 * Listings: public rooms, for those who are in search of one.
 *   by name                   gsi1: PUBLIC / folded name # room
 * An item of its own carries the index keys: on the head they would take it over 1 KB, and each send would write more.
 */
import { indexKeys, keys } from "../table/keys.ts";
import { type Item, putItem, queryAll, takeItem } from "../table/table.ts";

/** How many public rooms are looked at, in the order of their names. */
const listingLimit = 10_000;

interface Listing {
  readonly roomId: string;
  /** As it is compared: in small letters. */
  readonly name: string;
}

/** A text as names are compared: without regard to case or to how its accents are written. */
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

/** Public rooms by name, the first `listingLimit` of them. */
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
