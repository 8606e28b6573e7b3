/**
 * The directory: finds users by prefixes of words, and lists users for whom some filters hold.
 *   by a prefix of a word     PEOPLE#WORD#character / word # user
 *   by filters, by name       PEOPLE#BY#filters / name # user
 *   the entry of a user       USER#u / DIRECTORY
 * Each word and list item holds all that a search compares, so a search reads only the profiles
 * that it shows. One transaction writes all items of a user, so that they always agree with each
 * other and with the user's entry.
 */
import { digest, shortDigest } from "../../kernel/runtime/ids.ts";
import { foldText } from "../../kernel/text/words.ts";
import { idOfKey, type Key, keys } from "../table/keys.ts";
import { prefixes } from "../table/prefixes.ts";
import { getItem, getItems, type Item, queryAll, transactWrite } from "../table/table.ts";
import { conditionExpression } from "../table/update-expression.ts";

/** Fields to filter users by. */
export const filterFields = ["role", "institution", "specialization"] as const;
/** The digest of each value, from `filterValue`. */
export type Filters = { readonly [F in (typeof filterFields)[number]]?: string | undefined };

/** Returns a short form of a text to filter by. It is the same for texts that compare as equal. */
export function filterValue(text: string): string {
  return shortDigest(foldText(text));
}

export interface DirectoryEntry extends Filters {
  readonly userId: string;
  /** Decides the order of lists: words alone, without other characters. */
  readonly name: string;
  /** The words by whose prefixes a search finds the user. */
  readonly words: readonly string[];
}

/**
 * The words of a user that the directory holds, and their bytes. Each word is an item, and each
 * item holds all of them, in one write unit. A change replaces at most 28 items by 28 others, well
 * within a transaction's 100.
 */
export const wordLimit = { words: 20, bytes: 400 } as const;

/**
 * Returns the part of a key that stands for a set of filters; undefined is no filter. It is short,
 * and has no character that keys are built with.
 */
function filtersKey(filters: Filters): string {
  const values = filterFields.map((field) => filters[field] ?? null);
  return values.every((value) => value === null) ? "ALL" : digest(JSON.stringify(values));
}

/** Returns every set of filters that holds for a user, the empty one included. */
function filterSets(entry: DirectoryEntry): Filters[] {
  let sets: Filters[] = [{}];
  for (const field of filterFields)
    if (entry[field] !== undefined)
      sets = sets.concat(sets.map((set) => ({ ...set, [field]: entry[field] })));
  return sets;
}

function keysOf(entry: DirectoryEntry): Key[] {
  return [
    ...entry.words.map((word) => keys.word(word, entry.userId)),
    ...filterSets(entry).map((filters) => keys.listed(filtersKey(filters), entry.name, entry.userId)),
  ];
}

function toAttributes({ userId: _, words, ...rest }: DirectoryEntry) {
  return { ...rest, words: words.join(" ") };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function fromAttributes(userId: string, item: Item): DirectoryEntry {
  return {
    userId,
    name: String(item.name),
    words: String(item.words).split(" ").filter(Boolean),
    role: textOf(item.role),
    institution: textOf(item.institution),
    specialization: textOf(item.specialization),
  };
}

/** A stored entry, with the version of the change that wrote it. */
interface StoredEntry {
  readonly entry: DirectoryEntry;
  readonly version: number;
}

export async function getDirectoryEntry(userId: string): Promise<StoredEntry | undefined> {
  const item = await getItem(keys.directory(userId), "consistent");
  return item && { entry: fromAttributes(userId, item), version: Number(item.version) };
}

/** Returns whether two entries are found and shown the same. */
export function isSameEntry(one: DirectoryEntry, other: DirectoryEntry): boolean {
  return (
    JSON.stringify(fromAttributes("", toAttributes(one))) ===
    JSON.stringify(fromAttributes("", toAttributes(other)))
  );
}

/** Returns the condition that an entry is still as it was read, or still absent. */
function unchanged(seen: StoredEntry | undefined) {
  return seen
    ? conditionExpression("version = :seen", { seen: seen.version })
    : conditionExpression("attribute_not_exists(pk)");
}

/** Replaces all items of a user. Returns false if they were replaced since `before` was read. */
export async function replaceDirectoryEntry(
  before: StoredEntry | undefined,
  after: DirectoryEntry,
): Promise<boolean> {
  const attributes = toAttributes(after);
  const wanted = keysOf(after);
  const isWanted = new Set(wanted.map(({ pk, sk }) => `${pk}\n${sk}`));
  const obsolete = before ? keysOf(before.entry).filter(({ pk, sk }) => !isWanted.has(`${pk}\n${sk}`)) : [];
  const { done } = await transactWrite([
    {
      Put: {
        Item: { ...keys.directory(after.userId), ...attributes, version: (before?.version ?? 0) + 1 },
        ...unchanged(before),
      },
    },
    ...wanted.map((key) => ({ Put: { Item: { ...key, ...attributes } } })),
    ...obsolete.map((Key) => ({ Delete: { Key } })),
  ]);
  return done;
}

/** Returns whether all items of an entry exist and hold what they should. */
export async function isEntryComplete(entry: DirectoryEntry): Promise<boolean> {
  const wanted = keysOf(entry);
  const items = await getItems(wanted, "consistent");
  return (
    items.length === wanted.length &&
    items.every((item) => isSameEntry(fromAttributes(entry.userId, item), entry))
  );
}

/** Deletes all items of a user. Returns false if they were replaced since they were read. */
export async function deleteDirectoryEntry(stored: StoredEntry): Promise<boolean> {
  const { done } = await transactWrite([
    {
      Delete: {
        Key: keys.directory(stored.entry.userId),
        ...unchanged(stored),
      },
    },
    ...keysOf(stored.entry).map((Key) => ({ Delete: { Key } })),
  ]);
  return done;
}

/** Returns the user of a word or list item by its key. */
export function userOfEntry({ sk }: Key): string {
  return idOfKey(sk);
}

function isAmong(entry: DirectoryEntry | undefined, { pk, sk }: Key): boolean {
  return entry !== undefined && keysOf(entry).some((key) => key.pk === pk && key.sk === sk);
}

/** Returns those items that do not belong to their user's entry, or whose user has no profile. */
export async function listStrays(entries: readonly Key[]): Promise<Key[]> {
  const users = [...new Set(entries.map(userOfEntry))];
  const items = await getItems([...users.map(keys.directory), ...users.map(keys.profile)], "consistent");
  const entryOf = new Map<string, DirectoryEntry>();
  const withProfile = new Set<string>();
  for (const item of items) {
    const userId = idOfKey(String(item.pk));
    if (item.sk === prefixes.directory) entryOf.set(userId, fromAttributes(userId, item));
    else withProfile.add(userId);
  }
  return entries.filter((key) => {
    const userId = userOfEntry(key);
    return !withProfile.has(userId) || !isAmong(entryOf.get(userId), key);
  });
}

/**
 * Deletes an item that does not belong to its user's entry. Returns false if the entry was replaced
 * in between: the item may belong to it now.
 */
export async function deleteStray(key: Key): Promise<boolean> {
  const userId = userOfEntry(key);
  const stored = await getDirectoryEntry(userId);
  if (isAmong(stored?.entry, key)) return true;
  const { done } = await transactWrite([
    {
      ConditionCheck: {
        Key: keys.directory(userId),
        ...unchanged(stored),
      },
    },
    { Delete: { Key: key } },
  ]);
  return done;
}

/** A page of entries, and whether there are no more. */
interface Found {
  readonly entries: readonly DirectoryEntry[];
  readonly complete: boolean;
}

/** Reads one more than the limit, to know whether there are more. */
async function find(limit: number, input: Parameters<typeof queryAll>[0]): Promise<Found> {
  const items = await queryAll(input, limit + 1);
  return {
    entries: items.slice(0, limit).map((item) => fromAttributes(idOfKey(String(item.sk)), item)),
    complete: items.length <= limit,
  };
}

/**
 * Returns users with a word that begins with a prefix, in the order of the words. A user comes once
 * for each such word.
 */
export function findByWord(wordPrefix: string, limit: number): Promise<Found> {
  const { pk, prefix } = keys.wordsFrom(wordPrefix);
  return find(limit, {
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: { ":pk": pk, ":prefix": prefix },
  });
}

/** Returns users for whom all filters hold, by name. */
export function findByFilters(filters: Filters, limit: number): Promise<Found> {
  return find(limit, {
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": keys.listedBy(filtersKey(filters)).pk },
  });
}
