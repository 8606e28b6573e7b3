/** A piece of English in a file: a paragraph, a table cell, a comment or a string literal. */
export interface Passage {
  /** The text as the file holds it, with its line breaks. */
  readonly text: string;
  /** The same text at the same length: markup, inline code and addresses are blanked. */
  readonly prose: string;
  /** Position of the first character in the file. */
  readonly offset: number;
}

/** The English of a file. */
export interface Reading {
  readonly passages: readonly Passage[];
  /** Numbers of the lines that must keep to the width, from 1. */
  readonly lines: ReadonlySet<number>;
}

/** Replaces every character by `filler`, except line breaks, so that positions stay valid. */
export function blank(text: string, filler = " "): string {
  return text.replaceAll(/[^\n]/g, filler);
}

/** Blanks inline code and addresses, whose words are not prose. */
export function blankCode(text: string): string {
  return text
    .replaceAll(/`[^`]*`/g, (code) => blank(code, "x"))
    .replaceAll(/https?:\/\/[^\s)>]+/g, (address) => blank(address, "x"));
}

/** Returns a function from a position in the source to the number of its line, from 1. */
export function lineCounter(source: string): (offset: number) => number {
  const starts = [0];
  for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
