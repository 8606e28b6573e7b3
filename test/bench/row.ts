/** One budget: what was counted, and what it may be. */
export interface Row {
  readonly name: string;
  readonly measured: Readonly<Record<string, number>>;
  /** At most. */
  readonly limits: Readonly<Record<string, number>>;
  /** To the unit: a message that reaches nobody is cheap, and kept no budget. */
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
