/** One budget: the measured counts, and their limits. */
export interface Row {
  readonly name: string;
  readonly measured: Readonly<Record<string, number>>;
  /** The most that is allowed. */
  readonly limits: Readonly<Record<string, number>>;
  /** The exact values: a message that reaches no member would be cheap, and keep no promise. */
  readonly exactly?: Readonly<Record<string, number>>;
}

export function isKept({ measured, limits, exactly = {} }: Row): boolean {
  return (
    Object.entries(limits).every(([what, limit]) => (measured[what] ?? Number.POSITIVE_INFINITY) <= limit) &&
    Object.entries(exactly).every(([what, value]) => measured[what] === value)
  );
}

export function rowText(row: Row): string {
  const facts = Object.entries(row.measured).map(([what, value]) => {
    const limit = row.limits[what];
    const exact = row.exactly?.[what];
    if (exact !== undefined) return `${what} ${value} (exactly ${exact})`;
    return limit === undefined ? `${what} ${value}` : `${what} ${value} (at most ${limit})`;
  });
  return `${isKept(row) ? "ok  " : "OVER"} ${row.name.padEnd(56)} ${facts.join(", ")}`;
}
