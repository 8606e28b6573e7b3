import { countFitting } from "./answer-size.ts";

/** The envelope of every list. */
interface Page<T> {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: T[];
}

/** Returns the called URL with other query parameters; undefined removes one. */
export function linkTo(url: URL, parameters: Record<string, string | number | undefined>): string {
  const link = new URL(url);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) link.searchParams.delete(name);
    else link.searchParams.set(name, String(value));
  }
  return link.href;
}

/** The requested part of a list: a page, counted from 1, of the entries after the first `skip`. */
interface PageQuery {
  readonly page: number;
  readonly page_size: number;
  readonly skip: number;
}

/** Entries of a list: at most `size` of them, from `start` on. */
export interface Slice {
  readonly start: number;
  readonly size: number;
}

/** Returns the slice of a list that a query asks for. */
export function sliceOf({ page, page_size, skip }: PageQuery): Slice {
  return {
    start: skip + (page - 1) * page_size,
    size: page_size,
  };
}

function previousOf(url: URL, { page, page_size, skip }: PageQuery, count: number): string | null {
  // A page beyond the end leads back to the last page that has entries.
  const last = Math.max(1, Math.ceil((count - skip) / page_size));
  if (page > 1) return linkTo(url, { page: Math.min(page - 1, last) });
  if (skip === 0) return null;
  return skip > page_size
    ? linkTo(url, { skip: skip - page_size })
    : linkTo(url, { skip: undefined, page_size: skip });
}

/**
 * Returns a page of a list that is counted from 1. It ends early if its entries are too large for
 * one answer; then `next` continues at the first missing entry. An entry that is counted and not
 * shown is given as undefined. `order` is the order of the entries. A list whose page 1 is the
 * newest may show each page with the oldest entry first; then the oldest entries come next.
 */
export function numberedPage<T>(
  url: URL,
  query: PageQuery,
  { count, results }: { readonly count: number; readonly results: readonly (T | undefined)[] },
  order: "as listed" | "reversed" = "as listed",
): Page<T> {
  const isReversed = order === "reversed";
  const listed = isReversed ? results.toReversed() : results;
  const fitting = countFitting(listed);
  const shown = listed.slice(0, fitting).filter((entry) => entry !== undefined);
  const { start, size } = sliceOf(query);
  const toNextPage = start + size < count ? linkTo(url, { page: query.page + 1 }) : null;
  return {
    count,
    next: fitting < listed.length ? linkTo(url, { page: undefined, skip: start + fitting }) : toNextPage,
    previous: previousOf(url, query, count),
    results: isReversed ? shown.reverse() : shown,
  };
}
