/**
 * The directory: finds people by the beginnings of words, and lists those of whom some filters hold.
 *   by a word's beginning     PEOPLE#WORD#sign / word # user
 *   by filters, by name       PEOPLE#BY#filters / name # user
 *   what is held of a user    USER#u / DIRECTORY
 * Each entry holds all that a search compares, so that it reads no profiles but those that it shows. One transaction
 * writes all entries of somebody, so that they always agree with each other and with what is noted of them.
 */
import { digest, shortDigest } from "../../kernel/runtime/ids.ts";
import { foldText } from "../../kernel/text/words.ts";
import { idOfKey, type Key, keys } from "../table/keys.ts";
import { getItem, getItems, type Item, queryAll, transactWrite } from "../table/table.ts";
import { conditionExpression } from "../table/update-expression.ts";

/** By what people can be filtered. */
export const filterFields = ["role", "institution", "specialization"] as const;
/** Of each the digest that `filterValue` makes. */
export type Filters = { readonly [F in (typeof filterFields)[number]]?: string | undefined };

/** What is kept of a text by which people are filtered: the same for texts that are compared as one, and short. */
export function filterValue(text: string): string {
  return shortDigest(foldText(text));
}

export interface DirectoryEntry extends Filters {
  readonly userId: string;
  /** Decides the order of lists: words alone, without signs. */
  readonly name: string;
  /** The words by whose beginnings somebody is found. */
  readonly words: readonly string[];
}

/**
 * How many words of somebody are held, and how many bytes of them: each is an entry, and each entry holds all of them, in
 * one write unit. A change replaces 28 entries by 28 others at most, well within a transaction's 100.
 */
export const wordLimit = { words: 20, bytes: 400 } as const;

/** Those filters together; undefined is no filter. Short, and without a sign that keys are made with. */
function filtersKey(filters: Filters): string {
  const values = filterFields.map((field) => filters[field] ?? null);
  return values.every((value) => value === null) ? "ALL" : digest(JSON.stringify(values));
}

/** Every set of filters that holds of somebody, the empty one too. */
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

/** What is held of somebody, with the number of the change that wrote it. */
interface StoredEntry {
  readonly entry: DirectoryEntry;
  readonly version: number;
}

export async function getDirectoryEntry(userId: string): Promise<StoredEntry | undefined> {
  const item = await getItem(keys.directory(userId), "consistent");
  return item && { entry: fromAttributes(userId, item), version: Number(item.version) };
}

/** Whether two entries are found and shown alike. */
export function isSameEntry(one: DirectoryEntry, other: DirectoryEntry): boolean {
  return (
    JSON.stringify(fromAttributes("", toAttributes(one))) ===
    JSON.stringify(fromAttributes("", toAttributes(other)))
  );
}

/** The condition that nothing has replaced an entry since it was read, or has made one. */
function unchanged(seen: StoredEntry | undefined) {
  return seen
    ? conditionExpression("version = :seen", { seen: seen.version })
    : conditionExpression("attribute_not_exists(pk)");
}

/** Replaces all that is held of somebody; false if it was replaced since `before` was read. */
export async function replaceDirectoryEntry(
  before: StoredEntry | undefined,
  after: DirectoryEntry,
): Promise<boolean> {
  const attributes = toAttributes(after);
  const kept = keysOf(after);
  const isKept = new Set(kept.map(({ pk, sk }) => `${pk}\n${sk}`));
  const gone = before ? keysOf(before.entry).filter(({ pk, sk }) => !isKept.has(`${pk}\n${sk}`)) : [];
  const { done } = await transactWrite([
    {
      Put: {
        Item: { ...keys.directory(after.userId), ...attributes, version: (before?.version ?? 0) + 1 },
        ...unchanged(before),
      },
    },
    ...kept.map((key) => ({ Put: { Item: { ...key, ...attributes } } })),
    ...gone.map((Key) => ({ Delete: { Key } })),
  ]);
  return done;
}

/** Whether each of somebody's entries is there, and holds what it should. */
export async function isEntryWhole(entry: DirectoryEntry): Promise<boolean> {
  const wanted = keysOf(entry);
  const items = await getItems(wanted, "consistent");
  return (
    items.length === wanted.length &&
    items.every((item) => isSameEntry(fromAttributes(entry.userId, item), entry))
  );
}

/** Deletes all that is held of somebody; false if it was replaced since it was read. */
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

/** Whose entry of a word or a list has this key. */
export function userOfEntry({ sk }: Key): string {
  return idOfKey(sk);
}

function isAmong(held: DirectoryEntry | undefined, { pk, sk }: Key): boolean {
  return held !== undefined && keysOf(held).some((key) => key.pk === pk && key.sk === sk);
}

/** Those of some entries that do not belong to what is held of their person, or whose person has no profile. */
export async function listStrays(entries: readonly Key[]): Promise<Key[]> {
  const users = [...new Set(entries.map(userOfEntry))];
  const items = await getItems([...users.map(keys.directory), ...users.map(keys.profile)], "consistent");
  const held = new Map<string, DirectoryEntry>();
  const withProfile = new Set<string>();
  for (const item of items) {
    const userId = idOfKey(String(item.pk));
    if (item.sk === keys.directory(userId).sk) held.set(userId, fromAttributes(userId, item));
    else withProfile.add(userId);
  }
  return entries.filter((key) => {
    const userId = userOfEntry(key);
    return !withProfile.has(userId) || !isAmong(held.get(userId), key);
  });
}

/**
 * Deletes an entry that does not belong to what is held of its person; false if that was replaced in the meantime, and
 * the entry may belong to it now.
 */
export async function deleteStray(key: Key): Promise<boolean> {
  const userId = userOfEntry(key);
  const held = await getDirectoryEntry(userId);
  if (isAmong(held?.entry, key)) return true;
  const { done } = await transactWrite([
    {
      ConditionCheck: {
        Key: keys.directory(userId),
        ...unchanged(held),
      },
    },
    { Delete: { Key: key } },
  ]);
  return done;
}

/** Entries of a list, and whether these are all that there are. */
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

/** People of whom a word begins so, in the order of these words; the same one again for another word. */
export function findByWord(beginning: string, limit: number): Promise<Found> {
  const { pk, prefix } = keys.wordsFrom(beginning);
  return find(limit, {
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: { ":pk": pk, ":prefix": prefix },
  });
}

/** People of whom all of the filters hold, by name. */
export function findByFilters(filters: Filters, limit: number): Promise<Found> {
  return find(limit, {
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": keys.listedBy(filtersKey(filters)).pk },
  });
}
