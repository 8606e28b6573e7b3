import type { User } from "../../contract/objects/user.ts";
import { directoryLimit } from "../../contract/users.ts";
import type { Slice } from "../kernel/http/page.ts";
import { searchWords } from "../kernel/text/words.ts";
import {
  type DirectoryEntry,
  type Filters,
  filterFields,
  filterValue,
  findByFilters,
  findByWord,
} from "../store/users/directory.ts";
import { viewUsers } from "./view.ts";

/** A search uses at most this many words, because each is a query. */
const searchWordLimit = 5;

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
 * Returns the users who match all words and filters, by name. Each word is a list of the directory,
 * and all filters together are one; a bounded part of each list is read. A matching user is in all
 * lists. So one list that was read to its end is enough, and everything else is compared here. If
 * none was, the users in the parts that were read are compared.
 */
async function findEntries(words: readonly string[], filters: Filters): Promise<DirectoryEntry[]> {
  const hasFilters = filterFields.some((field) => filters[field] !== undefined);
  const lists = await Promise.all([
    ...words.map((word) => findByWord(word, directoryLimit)),
    ...(hasFilters || words.length === 0 ? [findByFilters(filters, directoryLimit)] : []),
  ]);
  const whole = lists.find((list) => list.complete);
  const entries = whole ? whole.entries : lists.flatMap((list) => list.entries);
  // A list names a user once for each of their words with the prefix.
  const byUser = new Map(entries.map((entry) => [entry.userId, entry]));
  return [...byUser.values()].filter((entry) => isFound(entry, words, filters)).sort(byName);
}

/** Texts, as a user typed them. */
type SearchInput = { readonly [F in (typeof filterFields)[number] | "q"]?: string | undefined };

/** Returns a page of the users whom a search and filters find. */
export async function findUsers(
  viewerId: string,
  { q, ...given }: SearchInput,
  page: Slice,
): Promise<{ count: number; users: User[] }> {
  const words = q === undefined ? [] : searchWords(q).slice(0, searchWordLimit);
  // A text without letters or digits matches no user.
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
