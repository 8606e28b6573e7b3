import { describe, expect, test } from "vitest";
import { isFoundIn, seekMessage, termLimit, termsOf } from "../support/internals.ts";

describe("termsOf", () => {
  const terms: readonly (readonly [text: string, terms: string[]])[] = [
    ["The team, the TEAM and a team-mate", ["team", "mate"]],
    ["Don’t call l'équipe", ["dont", "call", "equipe"]],
    ["北京大学", ["北京", "京大", "大学", "学"]],
    ["iPhone手机", ["iphone", "手机", "机"]],
    ["ประชุมวันนี้", ["ประชุม", "วัน", "นี้"]],
    ["👍🏽 👨‍👩‍👧 🇩🇪", ["👍", "👨", "👩", "👧", "🇩🇪"]],
    ["one\ufeffword two\u200bwords", ["oneword", "two", "words"]],
    ["ភាសា\u200bខ្មែរ x", ["ភាសា", "ខ្មែរ", "ភាសាខ្មែរ", "x"]],
    ["https://www.example.com/a?b=7#c", ["example", "com", "b", "7"]],
    ["@dr_aisha #Plan-2026", ["dr", "aisha", "plan", "2026"]],
    ["?! ... %%", []],
  ];
  for (const [text, expected] of terms)
    test(`of ${text}`, () => {
      expect(termsOf([text])).toEqual(expected);
    });

  test("returns a hundred at most, in the order of the texts", () => {
    const words = Array.from({ length: 600 }, (_, at) => `w${at}x`);
    const signs = Array.from({ length: 4000 }, (_, at) => String.fromCodePoint(0x4e00 + at)).join("");
    expect(termsOf([words.join(" ")])).toEqual(words.slice(0, termLimit));
    expect(termsOf([signs])).toHaveLength(termLimit);
    expect(termsOf(["report.pdf", words.join(" ")]).slice(0, 3)).toEqual(["report", "pdf", "w0x"]);
    // DynamoDB limits the length of a key: a term has twenty signs.
    expect(termsOf(["z".repeat(4000)])).toEqual(["z".repeat(20)]);
  });

  test("returns no sign that keys are made with", () => {
    for (const term of termsOf(["a#b $5 c_d~e ﹟＃ ０＃１ é#"]))
      expect(term).toMatch(/^[\p{L}\p{M}\p{N}]+$/u);
  });
});

describe("seekMessage", () => {
  test("searches each word, the last one as a prefix, and quoted words in their order", () => {
    expect(seekMessage('budget "of the team" mee')).toEqual({
      terms: ["budget", "team"],
      prefix: "mee",
      texts: [" budget ", " of the team ", " mee"],
    });
  });

  test("splits runs of signs, and takes a single sign for the beginning of a pair", () => {
    expect(seekMessage("北京大")).toEqual({ terms: ["北京", "京大"], prefix: undefined, texts: ["北京大"] });
    expect(seekMessage("北")).toEqual({ terms: [], prefix: "北", texts: ["北"] });
  });

  test("leaves the commonest words to the comparison, and finds nothing by them alone", () => {
    expect(seekMessage("meeting the")).toEqual({
      terms: ["meeting"],
      prefix: undefined,
      texts: [" meeting ", " the"],
    });
    expect(seekMessage('"of the"')).toBeUndefined();
    expect(seekMessage("?!")).toBeUndefined();
  });

  test("searches five words at most, the longest, and compares all of them", () => {
    const sought = seekMessage("aa bbbbbb ccc dddd eeeee ffffff g");
    expect(sought?.terms).toEqual(["bbbbbb", "ffffff", "eeeee", "dddd", "ccc"]);
    expect(sought?.texts).toHaveLength(7);
  });
});

describe("isFoundIn", () => {
  const found: readonly (readonly [q: string, texts: string[], isFound: boolean])[] = [
    ["team x", ["Team X"], true],
    ["team x", ["team y"], false],
    ["tea", ["The steam"], false],
    ["report budget", ["report.pdf", "The budget"], true],
    ['"京大"', ["北京大学"], true],
    ['"大学 team"', ["北京大学 Team"], true],
    ["ภาษาไทย", ["Team ภาษา\u200bไทย"], true],
    ["ภาษา\u200bไทย", ["Team ภาษาไทย"], true],
    ['"team ภาษา\u200bไทย"', ["Team ภาษา\u200bไทย"], true],
    ["ខ្មែរភាសា", ["ភាសា\u200bខ្មែរ"], false],
    ['"the team" of', ["OF the team"], true],
  ];
  for (const [q, texts, expected] of found)
    test(`${q} in ${texts.join(", ")}: ${expected}`, () => {
      const sought = seekMessage(q);
      expect(sought && isFoundIn(sought, texts)).toBe(expected);
    });
});

test("a text in a script without spaces is found if zero width spaces separate its words", () => {
  const written = ["ภาษา\u200bไทย", "ភាសា\u200bខ្មែរ", "ພາສາ\u200bລາວ", "မြန်မာ\u200bဘာသာ", "北京\u200b大学"];
  for (const text of written)
    for (const q of [text, text.replaceAll("\u200b", ""), ...text.split("\u200b")]) {
      const sought = seekMessage(q);
      const terms = termsOf([text]);
      expect(
        sought?.terms.filter((term) => !terms.includes(term)),
        q,
      ).toEqual([]);
      expect(
        terms.some((term) => term.startsWith(sought?.prefix ?? "")),
        q,
      ).toBe(true);
      expect(sought && isFoundIn(sought, [text]), q).toBe(true);
    }
});
