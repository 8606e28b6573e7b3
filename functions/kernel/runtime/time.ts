/**
 * Returns the current time in the form of every stored and shown time: RFC 3339, UTC, milliseconds.
 */
export function isoNow(): string {
  return new Date().toISOString();
}
/** Returns a time, in milliseconds since 1970, as RFC 3339. */
export function isoOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** Returns seconds since 1970, the unit of DynamoDB's TTL and of a token's expiry. */
export function epochSeconds(ms: number = Date.now()): number {
  return Math.floor(ms / 1000);
}

/** Returns whether a time, in seconds since 1970, has passed. Null never passes. */
export function isPast(seconds: number | null): boolean {
  return seconds !== null && seconds * 1000 <= Date.now();
}
