/** The present, as every stored and shown time is written: RFC 3339, UTC, milliseconds. */
export const isoNow = (): string => new Date().toISOString();
export const isoOf = (epochMs: number): string => new Date(epochMs).toISOString();

/** Seconds since 1970, the unit of DynamoDB's TTL and of a token's expiry. */
export const epochSeconds = (ms: number = Date.now()): number => Math.floor(ms / 1000);

/** Whether something whose time is set, in seconds since 1970, is over; what has no time set never is. */
export const isPast = (seconds: number | null): boolean => seconds !== null && seconds * 1000 <= Date.now();
