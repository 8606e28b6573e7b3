/**
 * One line of JSON for each event. Never given a token, a password or the text of a message: what is logged is kept
 * longer, and read by more people, than what is stored.
 */
export function log(
  level: "info" | "warn" | "error",
  event: string,
  facts: Record<string, unknown> = {},
): void {
  console[level](JSON.stringify({ level, event, ...facts }));
}

/** The parts of an error that help to find its cause. */
export function errorFacts(error: unknown): Record<string, unknown> {
  return error instanceof Error
    ? { name: error.name, message: error.message, stack: error.stack }
    : { message: String(error) };
}
