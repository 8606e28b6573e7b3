import { blank, blankCode, type Passage, type Reading } from "./passages.ts";

/** Fenced code whose comments are English, by the name behind the fence. */
const commentedLanguages = /^(js|ts|sh|bash|yaml)$/;

/** Blanks what marks up a passage: heading, list and quote marks, and the targets of links. */
function blankMarkup(text: string): string {
  return blankCode(text)
    .replaceAll(/\]\([^)]*\)/g, (target) => blank(target))
    .replace(/^[\s>]*(?:#+|[-*+]|\d+\.|\/\/|\||>)\s/, (mark) => blank(mark));
}

/** Reads paragraphs, headings, list items and table cells, and the comments of fenced code. */
export function readMarkdown(source: string): Reading {
  const passages: Passage[] = [];
  const lines = new Set<number>();
  let start: number | undefined;
  let fence: string | undefined;
  let offset = 0;

  const add = (from: number, to: number): void => {
    const text = source.slice(from, to);
    if (text.trim() !== "") passages.push({ text, prose: blankMarkup(text), offset: from });
  };
  const endParagraph = (): void => {
    if (start !== undefined) add(start, offset);
    start = undefined;
  };
  const addCells = (row: string): void => {
    let from = offset;
    for (const cell of row.split(/(?<!\\)\|/)) {
      add(from, from + cell.length);
      from += cell.length + 1;
    }
  };

  for (const [index, line] of source.split("\n").entries()) {
    const mark = /^\s*```(\w*)/.exec(line);
    if (mark !== null) {
      endParagraph();
      fence = fence === undefined ? (mark[1] ?? "") : undefined;
    } else if (fence !== undefined) {
      if (commentedLanguages.test(fence) && /^\s*(?:\/\/|#)\s/.test(line)) add(offset, offset + line.length);
    } else if (/^\s*\|/.test(line)) {
      endParagraph();
      addCells(line);
    } else {
      lines.add(index + 1);
      if (/^\s*(?:$|#|[-*+]\s|\d+\.\s)/.test(line)) endParagraph();
      if (line.trim() !== "") start ??= offset;
      if (line.startsWith("#")) {
        add(offset, offset + line.length);
        start = undefined;
      }
    }
    offset += line.length + 1;
  }
  endParagraph();
  return { passages, lines };
}
