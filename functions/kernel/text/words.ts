/**
 * Words in the form in which they are compared: of any language, without regard to case, accents or
 * the notation in Unicode. Stored text and sought text go through the same functions.
 */

/**
 * Marks that are written over and under letters, or left out: accents of any script, the vowels of
 * Arabic, and the points of Hebrew. Marks of other scripts stay, such as the vowels of Hindi,
 * because without them other words would be left. The marks that distinguish Japanese sounds stay
 * too.
 */
const accents = /[[\p{Script=Inherited}--[\u3099\u309a]][\p{Script=Hebrew}&&\p{M}]]/gv;

/** Scripts that are written without spaces. In the first three, each character can begin a word. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々]/u;
export const unspacedRun =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;

/** Separates the words of scripts without spaces, as some users and some programs write it. */
const wordBreak = /\u200b+/gu;

/** Runs of such scripts with separated words. */
const separatedRun = new RegExp(`${unspacedRun.source}(?:${wordBreak.source}${unspacedRun.source})+`, "gu");

/** Returns a folded text with each such run joined, as other users write it. */
export function withRunsJoined(folded: string): string {
  return folded.replaceAll(separatedRun, (run) => run.replaceAll(wordBreak, ""));
}

/** Returns a folded text with each such run twice: separated, and then joined. */
export function withRunsBothWays(folded: string): string {
  return folded.replaceAll(separatedRun, (run) => `${run} ${run.replaceAll(wordBreak, "")}`);
}

/**
 * Returns a letter in lower case. Letters are converted one by one, because the last letter of a
 * Greek word has another lower case. The detour over upper case turns `ß` into ss and `ı` into i.
 */
function lowerCase(letter: string): string {
  return letter.toUpperCase().toLowerCase();
}

/** This character only lengthens the line of an Arabic word. */
const tatweel = "\u0640";

/**
 * Invisible characters that separate no word: they say where a word may be hyphenated, where no
 * line may break, and how letters join or run. Unicode leaves out the same ones when it compares
 * without regard to case (NFKC_Casefold, https://www.unicode.org/reports/tr44/#NFKC_CF). The zero
 * width space is not among them: it separates the words of scripts without spaces
 * (https://www.unicode.org/reports/tr29/#Word_Boundaries).
 */
const invisible = /[\p{Default_Ignorable_Code_Point}--\u200b]/gv;

/**
 * At most this many letters of a text are compared, because each is converted by itself. A message
 * of 4,000 Korean syllables has as many in decomposed form. Unicode decomposes other characters
 * into more, up to 18 letters for one (U+FDFA); such a text is cut off at the limit.
 */
const foldedLetters = 12_000;

/** Returns a text in its compared form: `Ångström` is `angstrom`, and `İSTANBUL` is `istanbul`. */
export function foldText(text: string): string {
  return (
    [...text.normalize("NFKD").replaceAll(accents, "").replaceAll(tatweel, "").replaceAll(invisible, "")]
      .slice(0, foldedLetters)
      .map(lowerCase)
      .join("")
      // Composed again: the mark that distinguishes two Japanese letters is part of the letter.
      .normalize("NFC")
      // The vowel am of Thai and Lao is one letter to the dictionary that finds their words.
      .replaceAll("\u0e4d\u0e32", "\u0e33")
      .replaceAll("\u0ecd\u0eb2", "\u0eb3")
      .replaceAll(/\s+/gu, " ")
      .trim()
  );
}

/** Characters of a word that are kept and compared. */
const wordLength = 20;

/** Returns the part of a word that is kept. */
export function truncateWord(word: string): string {
  return [...word].slice(0, wordLength).join("");
}

let segmenter: Intl.Segmenter | undefined;

/**
 * Returns the words of a text, as dictionaries know them, with the places of their first
 * characters.
 */
export function wordSegments(text: string): Intl.SegmentData[] {
  // Created when it is first needed, because its data take time to load.
  segmenter ??= new Intl.Segmenter("und", { granularity: "word" });
  return [...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike);
}

/**
 * Returns the parts of a segment: `anna.lee` and `dr_aisha` are one segment to Unicode, and two
 * words to users.
 */
function partsOf(segment: string): string[] {
  return segment.split(/[^\p{L}\p{M}\p{N}]+/u).filter(Boolean);
}

/**
 * Returns the words of a search, in their order. Text without spaces is one word, up to the kept
 * length.
 */
export function searchWords(text: string): string[] {
  const folded = foldText(text);
  const runs = folded.match(unspacedRun) ?? [];
  const rest = wordSegments(folded.replaceAll(unspacedRun, " ")).flatMap(({ segment }) => partsOf(segment));
  return [...new Set([...runs, ...rest].map(truncateWord))];
}

/**
 * Returns the joined rest of each separated run from each of its parts on. So a part is found even
 * if the dictionary knows no word there.
 */
function joinedEndsOf(folded: string): string[] {
  return (folded.match(separatedRun) ?? []).flatMap((run) =>
    run.split(wordBreak).map((_, at, parts) => parts.slice(at).join("")),
  );
}

/** Returns the rest of a run from each place on at which a word can begin. */
function endsOf(run: string): string[] {
  const starts = new Set(wordSegments(run).map(({ index }) => index));
  let at = 0;
  for (const character of run) {
    if (unspaced.test(character)) starts.add(at);
    at += character.length;
  }
  return [...starts].sort((one, other) => one - other).map((start) => run.slice(start));
}

/**
 * Returns the words by whose prefixes a text is found. A word that is a prefix of another one is
 * left out, because the other is found by it too.
 */
export function indexWords(text: string): string[] {
  const folded = foldText(text);
  const runs = withRunsBothWays(folded).match(unspacedRun) ?? [];
  const ends = [...runs.flatMap(endsOf), ...joinedEndsOf(folded)];
  const rest = wordSegments(folded.replaceAll(unspacedRun, " ")).flatMap(({ segment }) => partsOf(segment));
  const words = [...new Set([...rest, ...ends].map(truncateWord))];
  return words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)));
}
