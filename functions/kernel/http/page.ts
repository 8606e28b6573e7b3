import { countFitting } from "./answer-size.ts";

/** The envelope of every list. */
interface Page<T> {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: T[];
}

/** The URL that was called, with other query parameters; undefined takes one away. */
export function linkTo(url: URL, parameters: Record<string, string | number | undefined>): string {
  const link = new URL(url);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) link.searchParams.delete(name);
    else link.searchParams.set(name, String(value));
  }
  return link.href;
}

/** What of a list is asked for: a page, counted from 1, of what comes after the first `skip` entries. */
interface PageQuery {
  readonly page: number;
  readonly page_size: number;
  readonly skip: number;
}

/** Entries of a list: from `start` on, and at most `size` of them. */
export interface Slice {
  readonly start: number;
  readonly size: number;
}

export function sliceOf({ page, page_size, skip }: PageQuery): Slice {
  return {
    start: skip + (page - 1) * page_size,
    size: page_size,
  };
}

function previousOf(url: URL, { page, page_size, skip }: PageQuery, count: number): string | null {
  // From beyond the end, back to the last page that has something.
  const last = Math.max(1, Math.ceil((count - skip) / page_size));
  if (page > 1) return linkTo(url, { page: Math.min(page - 1, last) });
  if (skip === 0) return null;
  return skip > page_size
    ? linkTo(url, { skip: skip - page_size })
    : linkTo(url, { skip: undefined, page_size: skip });
}

/**
 * A page of a list that is counted from 1. It ends early where its entries are too large for one answer, and `next` goes on
 * right there. An entry that is counted and not shown is given as undefined. `order` is that of the entries: a list
 * of which page 1 is the newest may show each page the oldest first, and then it is the oldest that come next.
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
