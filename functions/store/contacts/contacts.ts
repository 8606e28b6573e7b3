/**
 * Contacts: the users in a user's contact list. blocks.ts has the blocks.
 *   of one pair, several      USER#u / CONTACT#v
 *   of a user                 USER#u / CONTACT#...
 *   users who added a user    USER#v / ADDED#u, as long as the notification is kept
 */
import { environment } from "../../kernel/runtime/environment.ts";
import { epochSeconds, isoOf } from "../../kernel/runtime/time.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { getItem, getItems, type Item, putIfAbsent, queryAll, takeItem, updateItem } from "../table/table.ts";

export interface StoredContact {
  /** The user in the contact list. */
  readonly userId: string;
  readonly nickname: string | null;
  readonly isFavorite: boolean;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

export function contactFromItem(item: Item): StoredContact {
  return {
    userId: idOfKey(String(item.sk)),
    nickname: typeof item.nickname === "string" ? item.nickname : null,
    isFavorite: item.is_favorite === true,
    createdAt: isoOf(Number(item.created_at)),
    updatedAt: isoOf(Number(item.updated_at)),
  };
}

export async function getContact(userId: string, otherId: string): Promise<StoredContact | undefined> {
  const item = await getItem(keys.contact(userId, otherId), "consistent");
  return item && contactFromItem(item);
}

/** Returns those of some users who are contacts of a user. */
export async function getContactIds(userId: string, otherIds: readonly string[]): Promise<Set<string>> {
  const items = await getItems([...new Set(otherIds)].map((otherId) => keys.contact(userId, otherId)));
  return new Set(items.map((item) => contactFromItem(item).userId));
}

/** Returns all contacts of a user, up to a limit. The read is consistent. */
export async function listContacts(userId: string, limit: number): Promise<StoredContact[]> {
  const { pk, prefix } = keys.contactsOf(userId);
  const items = await queryAll(
    {
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: { ":pk": pk, ":prefix": prefix },
      ConsistentRead: true,
    },
    limit,
  );
  return items.map(contactFromItem);
}

/** Puts a contact if there is none. Returns the stored contact. */
export async function putContact(
  userId: string,
  otherId: string,
  nickname: string | null,
): Promise<{ contact: StoredContact; isNew: boolean }> {
  const now = Date.now();
  const item = {
    ...keys.contact(userId, otherId),
    ...(nickname !== null && { nickname }),
    created_at: now,
    updated_at: now,
  };
  const outcome = await putIfAbsent(item);
  // The SDK repeats a call if its answer was lost. Then the stored contact is this one.
  const isNew = outcome.done || outcome.item?.created_at === now;
  return { contact: contactFromItem(isNew ? item : (outcome.item ?? item)), isNew };
}

const daySeconds = 24 * 60 * 60;

/**
 * Claims the notification that a user was added at this time, in milliseconds since 1970. A user
 * can add and remove another one as often as they like, so it notifies once a day. Returns the time
 * of the addition that notifies. That is this time also if an interrupted call claimed it, and may
 * not have notified.
 */
export async function claimAddition(userId: string, byId: string, addedAt: number): Promise<number> {
  const { done, item } = await updateItem(keys.addedBy(userId, byId), {
    set: {
      added_at: addedAt,
      expires_at: epochSeconds() + environment.notificationDays * daySeconds,
    },
    condition: "attribute_not_exists(pk) OR added_at = :added_at OR added_at <= :before",
    values: { before: addedAt - daySeconds * 1000 },
  });
  return done ? addedAt : Number(item?.added_at);
}

/** The changes of a contact: an absent one stays, and null removes it. */
export interface ContactChanges {
  readonly nickname?: string | null | undefined;
  readonly is_favorite?: boolean | undefined;
}

/** Changes a contact and returns it; undefined if there is none. */
export async function updateContact(
  userId: string,
  otherId: string,
  { nickname, is_favorite }: ContactChanges,
): Promise<StoredContact | undefined> {
  const outcome = await updateItem(keys.contact(userId, otherId), {
    set: { updated_at: Date.now(), nickname, is_favorite },
    condition: "attribute_exists(pk)",
    returns: "ALL_NEW",
  });
  return outcome.done ? contactFromItem(outcome.item) : undefined;
}

/** Deletes a contact. Returns false if there was none. */
export async function deleteContact(userId: string, otherId: string): Promise<boolean> {
  return (await takeItem(keys.contact(userId, otherId))) !== undefined;
}
