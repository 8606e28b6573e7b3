import { lineCounter, type Passage, type Reading } from "./passages.ts";
import { readCode } from "./read-code.ts";
import { readMarkdown } from "./read-markdown.ts";
import { beforeSentence, openerRule, openers, type Rule, rules, sentenceEnd, widths } from "./rules.ts";

/** A breach of a rule of language, at a line of a file. */
export interface Finding {
  readonly line: number;
  /** The words that break the rule, with what stands around them. */
  readonly text: string;
  readonly rule: string;
  readonly instead: string;
}

/** Returns the breaches in a file, by line. A file is Markdown by its ending, else code. */
export function checkText(file: string, source: string): Finding[] {
  const isMarkdown = file.endsWith(".md");
  const reading = isMarkdown ? readMarkdown(source) : readCode(source);
  const lineAt = lineCounter(source);
  // Most rules are broken nowhere in a file: one search of the whole file saves one a passage.
  const present = rules.filter(({ pattern }) => source.search(pattern) >= 0);
  const findings = [
    ...wideLines(source, reading, isMarkdown ? widths.markdown : widths.code),
    ...reading.passages.flatMap((passage) => checkPassage(passage, present, lineAt)),
  ];
  return findings.sort((one, other) => one.line - other.line);
}

function wideLines(source: string, { lines }: Reading, width: number): Finding[] {
  return source.split("\n").flatMap((text, index) => {
    const line = index + 1;
    if (text.length <= width || !lines.has(line) || [...text].length <= width || !canWrap(text)) return [];
    return [{ line, text: text.trim(), rule: `wider than ${width} columns`, instead: "wrap the line" }];
  });
}

/** Tells a line that can wrap from one word, such as an address, and from a comment for Biome. */
function canWrap(line: string): boolean {
  const words = line.replace(/^\s*(?:\/\/|\/\*+|\*|[-*+]|\d+\.)\s/, "").replace(/\s*\*\/$/, "");
  return /\S\s+\S/.test(words) && !line.includes("biome-ignore");
}

function checkPassage(
  { text, prose, offset }: Passage,
  present: readonly Rule[],
  lineAt: (offset: number) => number,
): Finding[] {
  const found = (at: number, length: number, rule: string, instead: string): Finding => ({
    line: lineAt(offset + at),
    text: text
      .slice(Math.max(0, at - 30), at + length + 50)
      .replaceAll(/\s+/g, " ")
      .trim(),
    rule,
    instead,
  });
  const opened = [...prose.matchAll(openers)]
    .filter(({ index }) => beforeSentence.test(prose.slice(0, index)) && !isQuestion(prose, index))
    .map(({ index, 0: { length } }) => found(index, length, openerRule.rule, openerRule.instead));
  const words = present.flatMap((rule) =>
    [...(rule.in === "prose" ? prose : text).matchAll(rule.pattern)].map(({ index, 0: { length } }) =>
      found(index, length, rule.rule, rule.instead),
    ),
  );
  return [...opened, ...words];
}

function isQuestion(prose: string, from: number): boolean {
  sentenceEnd.lastIndex = from;
  const end = sentenceEnd.exec(prose);
  return end?.[0] === "?";
}
