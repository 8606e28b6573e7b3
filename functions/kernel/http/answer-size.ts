/**
 * Bytes that the entries of an answer may take. Lambda answers with at most 6 MB
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). Beside the entries
 * there may be the marks of 200 members, which take 1.4 MB: up to 512 numbers each, of up to 13
 * bytes. No single entry comes near the limit. The largest entries have the longest texts, of
 * characters that JSON writes with six. Such a user takes 25 KB. A message that names ten of them
 * takes 400 KB, and a room of a list with twenty of them 600 KB.
 */
const entryBytes = 4_500_000;

/**
 * Returns the bytes of an entry in the function's result, where the answer is a JSON text inside
 * JSON.
 */
function bytesOf(entry: unknown): number {
  return entry === undefined ? 0 : Buffer.byteLength(JSON.stringify(JSON.stringify(entry)));
}

/** Returns how many of the first entries fit in an answer: at least one. */
export function countFitting(entries: readonly unknown[]): number {
  let bytes = 0;
  const over = entries.findIndex((entry, at) => {
    bytes += bytesOf(entry);
    return at > 0 && bytes > entryBytes;
  });
  return over === -1 ? entries.length : over;
}
