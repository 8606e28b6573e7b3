/**
 * Words as they are compared: of any language, without regard to case, to accents or to how Unicode can write them.
 * What is stored and what is sought go through the same.
 */

/**
 * Marks that are written over and under letters, or left out: accents of any script, the vowels of Arabic, and the points of
 * Hebrew. Not the marks of other scripts, such as the vowels of Hindi, without which other words are left, nor those that
 * tell the sounds of Japanese letters apart.
 */
const accents = /[[\p{Script=Inherited}--[\u3099\u309a]][\p{Script=Hebrew}&&\p{M}]]/gv;

/** Scripts whose words are written without spaces; of the first three, each sign can begin one. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々]/u;
export const unspacedRun =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;

/** Parts the words of scripts without spaces, as some people write it, and some programs. */
const wordBreak = /\u200b+/gu;

/** Runs of such scripts that are parted by it. */
const partedRun = new RegExp(`${unspacedRun.source}(?:${wordBreak.source}${unspacedRun.source})+`, "gu");

/** A folded text with such runs as they are written by others: in one. */
export function withRunsJoined(folded: string): string {
  return folded.replaceAll(partedRun, (run) => run.replaceAll(wordBreak, ""));
}

/** A folded text with such runs in their parts, and then in one. */
export function withRunsBothWays(folded: string): string {
  return folded.replaceAll(partedRun, (run) => `${run} ${run.replaceAll(wordBreak, "")}`);
}

/** Letter by letter, since the small letter that ends a Greek word is another; the detour makes `ß` ss and `ı` i. */
function smallLetter(letter: string): string {
  return letter.toUpperCase().toLowerCase();
}

/** Only lengthens the line of an Arabic word. */
const tatweel = "\u0640";

/**
 * Signs that nobody sees, and that part no word: where it may be hyphenated, where no line may part it, how its letters are
 * joined or directed. Unicode leaves the same ones out where it compares without regard to case (NFKC_Casefold,
 * https://www.unicode.org/reports/tr44/#NFKC_CF). But for the zero width space, which parts the words of scripts without
 * spaces (https://www.unicode.org/reports/tr29/#Word_Boundaries).
 */
const unseen = /[\p{Default_Ignorable_Code_Point}--\u200b]/gv;

/**
 * Letters that are compared of a text, of which each is worked on by itself. A message of 4,000 Korean syllables has as many,
 * in their parts; what else Unicode takes apart into more, up to 18 letters for one (U+FDFA), is cut off there.
 */
const foldedLetters = 12_000;

/** A text as it is compared: `Ångström` is `angstrom`, and `İSTANBUL` is `istanbul`. */
export function foldText(text: string): string {
  return (
    [...text.normalize("NFKD").replaceAll(accents, "").replaceAll(tatweel, "").replaceAll(unseen, "")]
      .slice(0, foldedLetters)
      .map(smallLetter)
      .join("")
      // Together again: what tells two Japanese letters apart is part of the letter.
      .normalize("NFC")
      // The vowel am of Thai and Lao is one letter to the dictionary that finds their words.
      .replaceAll("\u0e4d\u0e32", "\u0e33")
      .replaceAll("\u0ecd\u0eb2", "\u0eb3")
      .replaceAll(/\s+/gu, " ")
      .trim()
  );
}

/** Signs of a word that are kept and compared. */
const wordLength = 20;

/** As much of a word as is kept. */
export function cut(word: string): string {
  return [...word].slice(0, wordLength).join("");
}

let segmenter: Intl.Segmenter | undefined;

/** The words of a text, as dictionaries know them, with the places of their first signs. */
export function wordSegments(text: string): Intl.SegmentData[] {
  // Made when it is first needed: its data take time to load.
  segmenter ??= new Intl.Segmenter("und", { granularity: "word" });
  return [...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike);
}

/** A segment in its parts: `anna.lee` and `dr_aisha` are one to Unicode, and two words to people. */
function partsOf(segment: string): string[] {
  return segment.split(/[^\p{L}\p{M}\p{N}]+/u).filter(Boolean);
}

/** The words that somebody looks for, in their order. What is written without spaces is one word, as far as it goes. */
export function soughtWords(text: string): string[] {
  const folded = foldText(text);
  const runs = folded.match(unspacedRun) ?? [];
  const rest = wordSegments(folded.replaceAll(unspacedRun, " ")).flatMap(({ segment }) => partsOf(segment));
  return [...new Set([...runs, ...rest].map(cut))];
}

/** What is left of parted runs from each of their parts on, in one: the dictionary need not know that a word begins there. */
function joinedEndsOf(folded: string): string[] {
  return (folded.match(partedRun) ?? []).flatMap((run) =>
    run.split(wordBreak).map((_, at, parts) => parts.slice(at).join("")),
  );
}

/** What is left of a run from each place on at which a word can begin. */
function endsOf(run: string): string[] {
  const starts = new Set(wordSegments(run).map(({ index }) => index));
  let at = 0;
  for (const sign of run) {
    if (unspaced.test(sign)) starts.add(at);
    at += sign.length;
  }
  return [...starts].sort((one, other) => one - other).map((start) => run.slice(start));
}

/** The words by whose beginnings a text is found. Words that begin another one of them are left out: that is found too. */
export function foundWords(text: string): string[] {
  const folded = foldText(text);
  const runs = withRunsBothWays(folded).match(unspacedRun) ?? [];
  const ends = [...runs.flatMap(endsOf), ...joinedEndsOf(folded)];
  const rest = wordSegments(folded.replaceAll(unspacedRun, " ")).flatMap(({ segment }) => partsOf(segment));
  const words = [...new Set([...rest, ...ends].map(cut))];
  return words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)));
}
