/**
 * Bytes of a list in one event. The gateway posts at most 128 KB, and the rest of a room takes up to 30 of them.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const partBytes = 90_000;

/** A list in as many parts as events carry; none of an empty one. */
export const inParts = <T>(entries: readonly T[]): T[][] => {
  const parts: T[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    // With the comma that follows it.
    const size = Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (bytes + size > partBytes) {
      parts.push([]);
      bytes = 0;
    }
    bytes += size;
    parts.at(-1)?.push(entry);
  }
  return parts;
};
