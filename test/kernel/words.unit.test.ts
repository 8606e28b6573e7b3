import { describe, expect, test } from "vitest";
import { foldText, indexWords, searchWords } from "../support/internals.ts";

/** Returns whether a search for the typed text finds a user of this name. */
function finds(typed: string, name: string): boolean {
  const words = indexWords(name);
  const sought = searchWords(typed);
  return sought.length > 0 && sought.every((word) => words.some((own) => own.startsWith(word)));
}

describe("foldText", () => {
  const folded: readonly (readonly [string, string])[] = [
    ["Müller", "muller"],
    // The same letters, with separate marks.
    ["Mu\u0308ller", "muller"],
    ["STRASSE", "strasse"],
    ["Straße", "strasse"],
    ["İSTANBUL", "istanbul"],
    ["ısparta", "isparta"],
    ["IĞDIR", "igdir"],
    ["ΟΔΥΣΣΕΥΣ", "οδυσσευσ"],
    ["Οδυσσεύς", "οδυσσευσ"],
    ["أَحْمَد", "احمد"],
    // Hebrew, written with its points, and mostly without.
    ["שָׁלוֹם", "שלום"],
    ["ﬁnch", "finch"],
    ["Ａｎｎ", "ann"],
    ["Ёлка", "елка"],
    ["  two \t words ", "two words"],
    // Marks of a possible hyphenation, and marks against a break.
    ["Donau\u00addampf\u00adschiff", "donaudampfschiff"],
    ["Word\u2060joiner", "wordjoiner"],
    ["No\ufeffbreak", "nobreak"],
    // Marks that set the direction, or choose the look of a letter.
    ["\u2067של\u200fום\u2069", "שלום"],
    ["ᠮᠣᠩ\u180bᠭᠣᠯ", "ᠮᠣᠩᠭᠣᠯ"],
    // Persian and Indic letters, joined or not: they are equal for the search, and in Unicode's
    // collation.
    ["می\u200cخواهم", "میخواهم"],
    ["ශ්\u200dරී", "ශ්රී"],
    // Marks of possible breaks in scripts without spaces.
    ["ភាសា\u200bខ្មែរ", "ភាសា\u200bខ្មែរ"],
  ];
  for (const [text, expected] of folded)
    test(`${text} is ${expected}`, () => {
      expect(foldText(text)).toBe(expected);
    });

  test("bounds the length, and shortens no ordinary message, even if single letters are whole phrases", () => {
    expect(foldText("\ufdfa".repeat(4000))).toHaveLength(12_000);
    for (const letter of ["각", "ᾧ", "日", "𝒽"])
      expect([...foldText(letter.repeat(4000))]).toHaveLength(4000);
  });

  test("keeps marks that make another word", () => {
    expect(foldText("राम")).not.toBe(foldText("रोम"));
    expect(foldText("がく")).not.toBe(foldText("かく"));
  });
});

describe("a name is found:", () => {
  const found: readonly (readonly [string, string])[] = [
    ["mul", "Jürgen Müller"],
    ["Müll jür", "Jürgen Müller"],
    ["aisha", "dr_aisha.rehman"],
    ["dr_ai", "dr_aisha.rehman"],
    ["o'br", "Sinéad O’Brien-Smith"],
    ["smith", "Sinéad O’Brien-Smith"],
    ["محم", "أَحْمَد مُحَمَّد"],
    ["احمد", "أَحْمَد مُحَمَّد"],
    ["小明", "王小明"],
    ["王小", "王小明"],
    ["医学", "北京大学医学部"],
    ["रो", "रोहन शर्मा"],
    ["शर्मा रोहन", "रोहन शर्मा"],
    ["ıstan", "İstanbul Üniversitesi"],
    ["ISTAN univ", "İstanbul Üniversitesi"],
    ["สมช", "สมชาย ใจดี"],
    ["เชียงใหม่", "มหาวิทยาลัยเชียงใหม่"],
    ["ガイ", "ガイド"],
    ["김", "김철수"],
    ["müllerhausen", "Müller\u00adhausen"],
    ["Müller\u2060hausen", "Müllerhausen"],
    ["müllerhausen", "Müller\ufeffhausen"],
    ["mull\u200eer", "Jürgen Müller"],
    ["hausen", "Müller\u200bhausen"],
    // Scripts without spaces, with and without marked words. The dictionary knows the second one as
    // one word.
    ["ภาษาไทย", "ภาษา\u200bไทย"],
    ["ភាសាខ្មែរ", "ភាសា\u200bខ្មែរ"],
    ["ខ្មែរ", "ភាសា\u200bខ្មែរ"],
    ["ខ្មែរល្អ", "ភាសា\u200bខ្មែរ\u200bល្អ"],
    ["ភាសា\u200bខ្មែរ", "ភាសា\u200bខ្មែរ"],
  ];
  for (const [typed, name] of found)
    test(`${name} by ${typed}`, () => {
      expect(finds(typed, name)).toBe(true);
    });

  const missed: readonly (readonly [string, string])[] = [
    ["uller", "Jürgen Müller"],
    ["müller anna", "Jürgen Müller"],
    ["रा", "रोहन शर्मा"],
    ["明王", "王小明"],
    ["!!!", "Jürgen Müller"],
  ];
  for (const [typed, name] of missed)
    test(`${name}, except by ${typed}`, () => {
      expect(finds(typed, name)).toBe(false);
    });
});

test("words are bounded, and a word that begins another one is left out", () => {
  expect(indexWords("ann anna annabelle Ann")).toEqual(["annabelle"]);
  expect(indexWords("x".repeat(500))).toEqual(["x".repeat(20)]);
  expect(finds("x".repeat(30), "x".repeat(500))).toBe(true);
});
