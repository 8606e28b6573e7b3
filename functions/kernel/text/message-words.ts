/**
 * The words of messages: those by which one is found, and what a search looks for. Everything is folded first (see
 * words.ts), so it is compared in any language, without regard to case and accents.
 *
 * What is written with spaces is found by its words. Chinese and Japanese are found by each two signs that follow each
 * other, since nobody can say for certain where a word begins; Thai, Lao, Khmer and Burmese by the words of a dictionary.
 * Where their words are parted by zero width spaces, by these words too. An emoji is a word of its own, whatever its colour.
 */
import { common } from "./common-words.ts";
import { cut, foldText, unspacedRun, withRunsBothWays, withRunsJoined, wordSegments } from "./words.ts";

const signs = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+/gu;
const isOfSigns = new RegExp(`^${signs.source}$`, "u");
const emoji = /\p{Regional_Indicator}{2}|\p{Extended_Pictographic}/gu;
const word = /[\p{L}\p{M}\p{N}]+/gu;
const token = new RegExp(`(?<run>${unspacedRun.source})|(?<emoji>${emoji.source})|${word.source}`, "gu");

/** What a folded text is made of, in its order: words, emojis, and runs of signs without spaces. */
function tokensIn(folded: string): string[] {
  // Parted by spaces before they are looked for, or a word would swallow the run that follows it. `Don't` is one word.
  const parted = folded.replaceAll(/n['’]t\b/g, "nt").replaceAll(unspacedRun, " $& ");
  return [...parted.matchAll(token)].map(([found]) => found);
}

function tokensOf(text: string): string[] {
  return tokensIn(foldText(text));
}

function isRun(text: string): boolean {
  return new RegExp(`^${unspacedRun.source}$`, "u").test(text);
}

/** The pieces of a run by which it is found: two signs from each place on, the last one alone; or its words. */
function piecesOf(run: string): string[] {
  const pieces: string[] = [];
  for (const part of run.replaceAll(signs, " $& ").split(" ").filter(Boolean)) {
    if (!isOfSigns.test(part)) {
      pieces.push(...wordSegments(part).map(({ segment }) => cut(segment)));
      continue;
    }
    const all = [...part];
    pieces.push(...all.map((sign, at) => sign + (all[at + 1] ?? "")));
  }
  return pieces;
}

/** Words of a message by which it is found: the rest of a long one is not. Each is a write, so this bounds what a message costs. */
export const termLimit = 100;

/**
 * The terms by which texts are found, in their order: those of the first text come first. The commonest words are left
 * out, which nobody looks for alone (see common-words.ts).
 */
export function termsOf(texts: readonly string[]): string[] {
  const terms = new Set<string>();
  for (const one of texts.flatMap((text) => tokensIn(withRunsBothWays(foldText(text))))) {
    for (const term of isRun(one) ? piecesOf(one) : [cut(one)]) if (!common.has(term)) terms.add(term);
    if (terms.size >= termLimit) break;
  }
  return [...terms].slice(0, termLimit);
}

/** What somebody looks for. */
export interface SoughtMessage {
  /** Each of these terms is among those of the message. */
  readonly terms: readonly string[];
  /** One of the message's terms begins so. */
  readonly prefix: string | undefined;
  /**
   * All of this stands in what the message says, which is looked at in the end: words with a space between and around
   * them, as far as they must stand by themselves.
   */
  readonly texts: readonly string[];
}

function spaced(tokens: readonly string[]): string {
  return ` ${tokens.join(" ")} `;
}

/** Tokens that must follow each other: a run may be part of a longer one. */
function inOrder(tokens: readonly string[], last: "whole" | "begins"): string {
  const text = spaced(tokens);
  const [first = "", end = ""] = [tokens[0], tokens.at(-1)];
  const from = isRun(first) ? 1 : 0;
  const open = last === "begins" || isRun(end) ? 1 : 0;
  return text.slice(from, text.length - open);
}

/** Signs that quote, in any language. */
const quotes = /[“”„«»「」『』]/gu;

/** Terms that are looked up: the longest, which are mostly the rarest. The others are compared with what is found. */
const termsSought = 5;

/**
 * What a text asks for: every word of it, what stands in quotes one after the other, and the last word as far as it was
 * typed. Undefined where there is no word in it by which anything could be found.
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
      if (!isQuoted) texts.push(inOrder([one], isTyped ? "begins" : "whole"));
      const pieces = isRun(one) ? piecesOf(one) : [cut(one)];
      // Of a run that is looked for inside of others, the last sign alone stands for whatever follows it.
      const isCutOff = isRun(one) && isOfSigns.test(pieces.at(-1) ?? "");
      const last = isTyped || isCutOff ? pieces.pop() : undefined;
      for (const piece of pieces) terms.add(piece);
      if (last !== undefined && (isTyped ? !isCutOff || pieces.length === 0 : pieces.length === 0))
        prefix = last;
    }
  }
  const wanted = [...terms].filter((term) => !common.has(term));
  const sought = wanted.sort((one, other) => other.length - one.length).slice(0, termsSought);
  // What is not kept of a message finds none, unless something longer begins so: somebody may be about to type that, but
  // hardly where more such words come before it.
  const isIdle = prefix !== undefined && common.has(prefix) && (sought.length > 0 || texts.length > 1);
  const begins = isIdle ? undefined : prefix;
  if (sought.length === 0 && begins === undefined) return undefined;
  return { terms: sought, prefix: begins, texts };
}

/** Whether all that is sought stands in one of these texts, or in several together. */
export function isFoundIn(sought: SoughtMessage, texts: readonly string[]): boolean {
  const said = texts.flatMap((text) => {
    const folded = foldText(text);
    return [...new Set([folded, withRunsJoined(folded)])].map((one) => spaced(tokensIn(one)));
  });
  return sought.texts.every((text) => said.some((one) => one.includes(text)));
}
