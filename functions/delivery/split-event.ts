/**
 * Bytes of an event, and of a list that is sent in parts. The gateway posts at most 128 KB.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 * The indispensable parts of an event fit in that, whatever users write, even if JSON takes six
 * bytes for each character. A room takes 80 KB: its creator, the other member and the last sender
 * take 22 KB each. A message takes 120 KB: its sender, 24 KB of content, 4 KB of metadata, its
 * reactions (see contract/message-changes.ts) and a file.
 */
const eventBytes = 128_000;
const partBytes = 90_000;

/** Returns the bytes of an entry in a list, with the comma that follows it. */
function bytesOf(entry: unknown): number {
  return Buffer.byteLength(JSON.stringify(entry)) + 1;
}

/** Splits a list into parts that fit in events. Returns no part for an empty list. */
export function inParts<T>(entries: readonly T[]): T[][] {
  const parts: T[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const size = bytesOf(entry);
    if (bytes + size > partBytes) {
      parts.push([]);
      bytes = 0;
    }
    bytes += size;
    parts.at(-1)?.push(entry);
  }
  return parts;
}

/**
 * Returns the first entries of a list, as many as fit in the event whose other properties are
 * `rest`.
 */
export function fittingBeside<T>(rest: object, entries: readonly T[]): T[] {
  let bytes = bytesOf(rest);
  const over = entries.findIndex((entry) => {
    bytes += bytesOf(entry);
    return bytes > eventBytes;
  });
  return over === -1 ? [...entries] : entries.slice(0, over);
}
