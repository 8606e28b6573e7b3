/**
 * Logs an event as one line of JSON. Callers must not pass a token, a password or the text of a
 * message. Logs are kept longer than stored data, and more people read them.
 */
export function log(
  level: "info" | "warn" | "error",
  event: string,
  facts: Record<string, unknown> = {},
): void {
  console[level](JSON.stringify({ level, event, ...facts }));
}

/** Returns the parts of an error that help to find its cause. */
export function errorFacts(error: unknown): Record<string, unknown> {
  return error instanceof Error
    ? { name: error.name, message: error.message, stack: error.stack }
    : { message: String(error) };
}
