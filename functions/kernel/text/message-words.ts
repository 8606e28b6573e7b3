/**
 * The words of messages: the terms by which a message is found, and the terms of a search. All text
 * is folded first (see words.ts), so any language is compared without regard to case and accents.
 *
 * Text with spaces is found by its words. Chinese and Japanese are found by each pair of adjacent
 * characters, because the start of a word cannot be known for certain. Thai, Lao, Khmer and Burmese
 * are found by the words of a dictionary. If zero width spaces separate their words, they are found
 * by these words too. An emoji is a word of its own, whatever its colour.
 */
import { common } from "./common-words.ts";
import {
  foldText,
  truncateWord,
  unspacedRun,
  withRunsBothWays,
  withRunsJoined,
  wordSegments,
} from "./words.ts";

const cjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+/gu;
const isCjk = new RegExp(`^${cjk.source}$`, "u");
const emoji = /\p{Regional_Indicator}{2}|\p{Extended_Pictographic}/gu;
const word = /[\p{L}\p{M}\p{N}]+/gu;
const token = new RegExp(`(?<run>${unspacedRun.source})|(?<emoji>${emoji.source})|${word.source}`, "gu");

/**
 * Returns the parts of a folded text, in their order: words, emojis, and runs of characters without
 * spaces.
 */
function tokensIn(folded: string): string[] {
  // Spaces separate the runs before the match, or a word would swallow the run that follows it.
  // `Don't` is one word.
  const separated = folded.replaceAll(/n['’]t\b/g, "nt").replaceAll(unspacedRun, " $& ");
  return [...separated.matchAll(token)].map(([found]) => found);
}

function tokensOf(text: string): string[] {
  return tokensIn(foldText(text));
}

function isRun(text: string): boolean {
  return new RegExp(`^${unspacedRun.source}$`, "u").test(text);
}

/**
 * Returns the pieces by which a run is found. They are the pair of characters at each place and the
 * last one alone, or its words.
 */
function piecesOf(run: string): string[] {
  const pieces: string[] = [];
  for (const part of run.replaceAll(cjk, " $& ").split(" ").filter(Boolean)) {
    if (!isCjk.test(part)) {
      pieces.push(...wordSegments(part).map(({ segment }) => truncateWord(segment)));
      continue;
    }
    const characters = [...part];
    pieces.push(...characters.map((character, at) => character + (characters[at + 1] ?? "")));
  }
  return pieces;
}

/**
 * A message is found by at most this many of its words. Each is a write, so this bounds the cost of
 * a message.
 */
export const termLimit = 100;

/**
 * Returns the terms by which texts are found, in their order, beginning with the first text. The
 * commonest words are left out (see common-words.ts).
 */
export function termsOf(texts: readonly string[]): string[] {
  const terms = new Set<string>();
  for (const one of texts.flatMap((text) => tokensIn(withRunsBothWays(foldText(text))))) {
    for (const term of isRun(one) ? piecesOf(one) : [truncateWord(one)])
      if (!common.has(term)) terms.add(term);
    if (terms.size >= termLimit) break;
  }
  return [...terms].slice(0, termLimit);
}

/** The parts of a search. */
export interface SoughtMessage {
  /** A matching message has each of these terms. */
  readonly terms: readonly string[];
  /** A matching message has a term with this prefix. */
  readonly prefix: string | undefined;
  /**
   * A matching message contains each of these texts, which is checked in the end. Words have a
   * space between and around them if they must stand by themselves.
   */
  readonly texts: readonly string[];
}

function spaced(tokens: readonly string[]): string {
  return ` ${tokens.join(" ")} `;
}

/** Returns a text of tokens that must follow each other. A run may be part of a longer one. */
function inOrder(tokens: readonly string[], last: "whole" | "prefix"): string {
  const text = spaced(tokens);
  const [first = "", end = ""] = [tokens[0], tokens.at(-1)];
  const from = isRun(first) ? 1 : 0;
  const open = last === "prefix" || isRun(end) ? 1 : 0;
  return text.slice(from, text.length - open);
}

/** Quotation marks of any language. */
const quotes = /[“”„«»「」『』]/gu;

/**
 * At most this many terms are looked up: the longest, which are mostly the rarest. The others are
 * compared with the found messages.
 */
const termsSought = 5;

/**
 * Parses a search: every word, quoted words one after the other, and the last word as far as it was
 * typed. Returns undefined if no word of it could find anything.
 */
export function seekMessage(text: string): SoughtMessage | undefined {
  const parts = text.replaceAll(quotes, '"').split('"');
  const texts: string[] = [];
  const terms = new Set<string>();
  let prefix: string | undefined;
  for (const [at, part] of parts.entries()) {
    const tokens = tokensOf(part);
    const isQuoted = at % 2 === 1;
    if (isQuoted && tokens.length > 0) texts.push(inOrder(tokens, "whole"));
    for (const [place, one] of tokens.entries()) {
      const isTyped = !isQuoted && at === parts.length - 1 && place === tokens.length - 1;
      if (!isQuoted) texts.push(inOrder([one], isTyped ? "prefix" : "whole"));
      const pieces = isRun(one) ? piecesOf(one) : [truncateWord(one)];
      // The sought run may stand inside a longer one. So its last character alone matches any pair
      // that begins with it.
      const isCutOff = isRun(one) && isCjk.test(pieces.at(-1) ?? "");
      const last = isTyped || isCutOff ? pieces.pop() : undefined;
      for (const piece of pieces) terms.add(piece);
      if (last !== undefined && (isTyped ? !isCutOff || pieces.length === 0 : pieces.length === 0))
        prefix = last;
    }
  }
  const wanted = [...terms].filter((term) => !common.has(term));
  const sought = wanted.sort((one, other) => other.length - one.length).slice(0, termsSought);
  // A common word is not indexed, so as a prefix it finds only longer words. A user may be about to
  // type one of those, but hardly after other words.
  const isUseless = prefix !== undefined && common.has(prefix) && (sought.length > 0 || texts.length > 1);
  const usedPrefix = isUseless ? undefined : prefix;
  if (sought.length === 0 && usedPrefix === undefined) return undefined;
  return { terms: sought, prefix: usedPrefix, texts };
}

/** Returns whether one of these texts, or several together, contain all that is sought. */
export function isFoundIn(sought: SoughtMessage, texts: readonly string[]): boolean {
  const contents = texts.flatMap((text) => {
    const folded = foldText(text);
    return [...new Set([folded, withRunsJoined(folded)])].map((one) => spaced(tokensIn(one)));
  });
  return sought.texts.every((text) => contents.some((content) => content.includes(text)));
}
