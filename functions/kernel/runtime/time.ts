/** The present, as every stored and shown time is written: RFC 3339, UTC, milliseconds. */
export function isoNow(): string {
  return new Date().toISOString();
}
export function isoOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** Seconds since 1970, the unit of DynamoDB's TTL and of a token's expiry. */
export function epochSeconds(ms: number = Date.now()): number {
  return Math.floor(ms / 1000);
}

/** Whether something whose time is set, in seconds since 1970, is over; what has no time set never is. */
export function isPast(seconds: number | null): boolean {
  return seconds !== null && seconds * 1000 <= Date.now();
}
