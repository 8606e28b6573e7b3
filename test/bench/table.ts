/** One line of a curve or a list of costs: its columns by their names. */
export type Line = Readonly<Record<string, string | number>>;

/** A table that is printed, and written as JSON. */
export interface Table {
  readonly name: string;
  readonly lines: readonly Line[];
}

function shown(value: string | number | undefined): string {
  return typeof value === "number"
    ? value.toLocaleString("en-US", { maximumFractionDigits: 2 })
    : (value ?? "");
}

/**
 * Prints columns as wide as their widest value: words on the left of theirs, numbers on the right.
 */
export function tableText({ name, lines }: Table): string {
  const columns = [...new Set(lines.flatMap((line) => Object.keys(line)))];
  const widths = columns.map((column) =>
    Math.max(column.length, ...lines.map((line) => shown(line[column]).length)),
  );
  const row = (values: readonly (readonly [text: string, isNumber: boolean])[]): string =>
    values
      .map(([text, isNumber], place) =>
        isNumber ? text.padStart(widths[place] ?? 0) : text.padEnd(widths[place] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const isNumeric = (column: string): boolean => lines.some((line) => typeof line[column] === "number");
  return [
    `\n${name}`,
    row(columns.map((column) => [column, isNumeric(column)] as const)),
    ...lines.map((line) => row(columns.map((column) => [shown(line[column]), isNumeric(column)] as const))),
  ].join("\n");
}
