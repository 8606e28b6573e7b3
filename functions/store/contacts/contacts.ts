/**
 * Contacts: people whom somebody keeps. That they block somebody is told by blocks.ts.
 *   of one pair, several      USER#u / CONTACT#v
 *   of a user                 USER#u / CONTACT#...
 *   who added somebody        USER#v / ADDED#u, for as long as they are notified of it
 */
import { environment } from "../../kernel/runtime/environment.ts";
import { epochSeconds, isoOf } from "../../kernel/runtime/time.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { getItem, getItems, type Item, putIfAbsent, queryAll, takeItem, updateItem } from "../table/table.ts";

export interface StoredContact {
  /** Whom it is about. */
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

/** Those of some people who are contacts of somebody. */
export async function getContactIds(userId: string, otherIds: readonly string[]): Promise<Set<string>> {
  const items = await getItems([...new Set(otherIds)].map((otherId) => keys.contact(userId, otherId)));
  return new Set(items.map((item) => contactFromItem(item).userId));
}

/** All contacts of somebody, as they are now, up to a limit. */
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

/** Puts a contact unless there is one, and gives the one that there is. */
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
  // The SDK repeats a call whose answer was lost: then the one that stands there is its own.
  const isNew = outcome.done || outcome.item?.created_at === now;
  return { contact: contactFromItem(isNew ? item : (outcome.item ?? item)), isNew };
}

const daySeconds = 24 * 60 * 60;

/**
 * Notes that somebody is told that they were added at this time, in milliseconds since 1970: once a day by the same person,
 * who can add and remove them as often as they like. Gives the time of the addition by which they are told: this one, also
 * where it was noted by a call that was perhaps cut off before it told them, or another.
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

/** What changes; absent for what stays. */
export interface ContactChanges {
  readonly nickname?: string | null | undefined;
  readonly is_favorite?: boolean | undefined;
}

/** Changes a contact, and gives it as it is then; undefined if there is none. */
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

/** Deletes a contact; false if there was none. */
export async function deleteContact(userId: string, otherId: string): Promise<boolean> {
  return (await takeItem(keys.contact(userId, otherId))) !== undefined;
}
