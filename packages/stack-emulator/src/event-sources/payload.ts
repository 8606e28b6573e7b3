/**
 * Lambda's limit for an event is 6 MB.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const eventBytes = 6 * 1024 * 1024;
/** The JSON around the records. */
const frameBytes = Buffer.byteLength('{"Records":[]}');

/** How many records from the front fit into one event; at least one. */
export function countThatFit(records: readonly unknown[]): number {
  let bytes = frameBytes;
  for (const [index, record] of records.entries()) {
    bytes += Buffer.byteLength(JSON.stringify(record)) + 1;
    if (bytes > eventBytes) return Math.max(1, index);
  }
  return records.length;
}
