/**
 * Bytes of an event, and of a list that is told in parts. The gateway posts at most 128 KB.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 * What an event cannot do without has room in that, whatever people write, also where JSON takes six bytes for each
 * character: a room 80 KB, with its creator, the other one and the last sender, of 22 KB each; a message 120 KB, with its
 * sender, 24 KB of content, 4 KB of metadata, its reactions (see contract/message-changes.ts) and a file.
 */
const eventBytes = 128_000;
const partBytes = 90_000;

/** What an entry takes in a list, with the comma that follows it. */
function bytesOf(entry: unknown): number {
  return Buffer.byteLength(JSON.stringify(entry)) + 1;
}

/** A list in as many parts as events carry; none of an empty one. */
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

/** The first entries of a list: as many as fit into the event whose other parts are `rest`. */
export function fittingBeside<T>(rest: object, entries: readonly T[]): T[] {
  let bytes = bytesOf(rest);
  const over = entries.findIndex((entry) => {
    bytes += bytesOf(entry);
    return bytes > eventBytes;
  });
  return over === -1 ? [...entries] : entries.slice(0, over);
}
