/** The envelope of every list. */
export interface Page<T> {
  readonly count: number;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: T[];
}

/** The URL that was called, with other query parameters; undefined takes one away. */
export const linkTo = (url: URL, parameters: Record<string, string | number | undefined>): string => {
  const link = new URL(url);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) link.searchParams.delete(name);
    else link.searchParams.set(name, String(value));
  }
  return link.href;
};

/** A page of a list that is counted from 1. */
export const numberedPage = <T>(
  url: URL,
  page: number,
  pageSize: number,
  { count, results }: { count: number; results: T[] },
): Page<T> => ({
  count,
  next: page * pageSize < count ? linkTo(url, { page: page + 1 }) : null,
  // From beyond the end, back to the last page that has something.
  previous:
    page > 1 ? linkTo(url, { page: Math.min(page - 1, Math.max(1, Math.ceil(count / pageSize))) }) : null,
  results,
});
