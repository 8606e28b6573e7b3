/** One budget: what was counted, and what it may be at most. */
export interface Row {
  readonly name: string;
  readonly measured: Readonly<Record<string, number>>;
  readonly limits: Readonly<Record<string, number>>;
}

export const isKept = ({ measured, limits }: Row): boolean =>
  Object.entries(limits).every(([what, limit]) => (measured[what] ?? Number.POSITIVE_INFINITY) <= limit);

export const printRow = (row: Row): void => {
  const facts = Object.entries(row.measured).map(([what, value]) => {
    const limit = row.limits[what];
    return `${what} ${value}${limit === undefined ? "" : ` (at most ${limit})`}`;
  });
  console.log(`${isKept(row) ? "ok  " : "OVER"} ${row.name.padEnd(52)} ${facts.join(", ")}`);
};
