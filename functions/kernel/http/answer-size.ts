/**
 * Bytes that the entries of an answer may take. Lambda answers with at most 6 MB
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), and beside them there may be the marks of 200
 * members, each with up to 512 numbers of up to 13 bytes: 1.4 MB. No entry comes near it alone: a person, whose texts are
 * all as long as they may be, and all of characters that JSON writes with six, has 25 KB; a message that names ten of them, 400 KB;
 * a room of a list that shows twenty, 600 KB.
 */
const entryBytes = 4_500_000;

/** What an entry takes in what the function gives Lambda, where the answer, which is JSON, is a text in JSON. */
function bytesOf(entry: unknown): number {
  return entry === undefined ? 0 : Buffer.byteLength(JSON.stringify(JSON.stringify(entry)));
}

/** How many of some entries fit into an answer, from the first one on: at least one. */
export function countFitting(entries: readonly unknown[]): number {
  let bytes = 0;
  const over = entries.findIndex((entry, at) => {
    bytes += bytesOf(entry);
    return at > 0 && bytes > entryBytes;
  });
  return over === -1 ? entries.length : over;
}
