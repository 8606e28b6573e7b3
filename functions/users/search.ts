import type { User } from "../../contract/objects/user.ts";
import { directoryLimit } from "../../contract/people.ts";
import type { Slice } from "../kernel/http/page.ts";
import { soughtWords } from "../kernel/text/words.ts";
import {
  type DirectoryEntry,
  type Filters,
  filterFields,
  filterValue,
  findByFilters,
  findByWord,
} from "../store/users/directory.ts";
import { viewUsers } from "./view.ts";

/** Words of a search that count: each is a query of its own. */
const wordsSought = 5;

function isFound(entry: DirectoryEntry, words: readonly string[], filters: Filters): boolean {
  return (
    words.every((word) => entry.words.some((own) => own.startsWith(word))) &&
    filterFields.every((field) => filters[field] === undefined || filters[field] === entry[field])
  );
}

function byName(one: DirectoryEntry, other: DirectoryEntry): number {
  return one.name === other.name ? (one.userId < other.userId ? -1 : 1) : one.name < other.name ? -1 : 1;
}

/**
 * The people of whom all words and filters hold, by name. Each word is a list of the directory, and so are all filters
 * together; of each, a bounded part is read. Whoever is found stands in all of them: one that was read to its end is
 * enough, and everything else is compared here. Where none was, those are found who stand in what was read.
 */
async function findEntries(words: readonly string[], filters: Filters): Promise<DirectoryEntry[]> {
  const hasFilters = filterFields.some((field) => filters[field] !== undefined);
  const lists = await Promise.all([
    ...words.map((word) => findByWord(word, directoryLimit)),
    ...(hasFilters || words.length === 0 ? [findByFilters(filters, directoryLimit)] : []),
  ]);
  const whole = lists.find((list) => list.complete);
  const entries = whole ? whole.entries : lists.flatMap((list) => list.entries);
  // Somebody stands in a list once for each word that begins so.
  const byUser = new Map(entries.map((entry) => [entry.userId, entry]));
  return [...byUser.values()].filter((entry) => isFound(entry, words, filters)).sort(byName);
}

/** Texts, as somebody typed them. */
type Sought = { readonly [F in (typeof filterFields)[number] | "q"]?: string | undefined };

/** A page of the people whom a search, and filters, find. */
export async function findUsers(
  viewerId: string,
  { q, ...given }: Sought,
  page: Slice,
): Promise<{ count: number; users: User[] }> {
  const words = q === undefined ? [] : soughtWords(q).slice(0, wordsSought);
  // Signs alone are no word of anybody.
  if (q !== undefined && words.length === 0) return { count: 0, users: [] };
  const filters: Filters = Object.fromEntries(
    filterFields.flatMap((field) => (given[field] === undefined ? [] : [[field, filterValue(given[field])]])),
  );
  const found = (await findEntries(words, filters)).slice(0, directoryLimit);
  const shown = found.slice(page.start, page.start + page.size);
  return {
    count: found.length,
    users: await viewUsers(
      viewerId,
      shown.map((entry) => entry.userId),
    ),
  };
}
