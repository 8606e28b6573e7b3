import { describe, expect, test } from "vitest";
import { checkText } from "../../tools/language/check-text.ts";
import { openerRule } from "../../tools/language/rules.ts";

/** The line and the rule of each finding. */
function breaches(file: string, source: string): string[] {
  return checkText(file, source).map(({ line, rule }) => `${line}: ${rule}`);
}

function opens(line: number) {
  return `${line}: ${openerRule.rule}`;
}
function house(line: number) {
  return `${line}: the house's words`;
}
function struck(line: number) {
  return `${line}: struck`;
}

describe("checkText of Markdown", () => {
  test("checkText finds a sentence that opens with a question word, also in the middle of a paragraph", () => {
    const source = "# Where things are\n\nA member leaves. Who stays\nsees it.\n\n- Of these one is read.\n";
    expect(breaches("a.md", source)).toEqual([opens(1), opens(3), opens(6)]);
  });

  test("checkText accepts a question", () => {
    expect(breaches("a.md", "Who may pin? Where is it\nheld? A member may.\n")).toEqual([]);
  });

  test("checkText finds the house's words across a line break", () => {
    expect(breaches("a.md", "Told to nobody, but\nfor admins. It is not there any\nmore.\n")).toEqual([
      house(1),
      house(1),
      house(2),
    ]);
  });

  test("checkText reads each cell of a table, and not its width", () => {
    const cell = "a phrase ".repeat(20);
    expect(breaches("a.md", `| ${cell} | b |\n| --- | --- |\n| a | Who left |\n`)).toEqual([opens(3)]);
  });

  test("checkText finds a line over 120 columns, unless it is one word or code", () => {
    const wide = "word ".repeat(25);
    const address = `https://example.com/${"a".repeat(120)}`;
    const source = `${wide}\n\n- ${address}\n\n\`\`\`sh\n${wide}\n\`\`\`\n\n${"é".repeat(118)} a\n`;
    expect(breaches("a.md", source)).toEqual(["1: wider than 120 columns"]);
  });

  test("checkText leaves out inline code and addresses for prose, and finds struck names in them", () => {
    const source =
      "Call `nobody` at https://example.com/somebody.\n\nSee `settleRole` in `functions/data/x.ts`.\n";
    expect(breaches("a.md", source)).toEqual([struck(3), struck(3)]);
  });

  test("checkText reads the comments of fenced code alone", () => {
    const source =
      "```js\n// Of another deployment.\nconst nobody = 1;\n```\n\n```json\n// Of nothing.\n```\n";
    expect(breaches("a.md", source)).toEqual([opens(2)]);
  });
});

describe("checkText of code", () => {
  test("checkText reads comments, and joins line comments that follow each other", () => {
    const source =
      "/**\n * Whose room this is.\n */\nconst a = 1; // It is read, but\n// for the last.\nf(a);\n";
    expect(breaches("a.ts", source)).toEqual([opens(2), house(4)]);
  });

  test("checkText reads string literals and templates, and not what fills them", () => {
    const source =
      'f("Sent to nobody");\nf(`A. Of ' + "$" + "{nobody(census)}" + " it is told.`);\nconst nobody = '';\n";
    expect(breaches("a.ts", source)).toEqual([house(1), opens(2)]);
  });

  test("checkText tells a regular expression from a string or a comment", () => {
    const source = "f(/[\"'`]/, a / b); // Who left.\nconst c = /\\/\\*/;\nf('Somebody');\n";
    expect(breaches("a.ts", source)).toEqual([opens(1), house(3)]);
  });

  test("checkText finds comments over 100 columns, unless Biome needs them on one line", () => {
    const wide = `// ${"word ".repeat(20)}`;
    const source = `${wide}\n\nf("${"word ".repeat(25)}");\n// biome-ignore lint/a: ${"word ".repeat(20)}\n`;
    expect(breaches("a.ts", source)).toEqual(["1: wider than 100 columns"]);
  });

  test("checkText finds struck words in comments and paths, and not in the code around them", () => {
    const source = 'import { a } from "./settle-role.ts";\n// The witnesses of a room.\nconst census = a;\n';
    expect(breaches("a.ts", source)).toEqual([struck(1), struck(2)]);
  });

  test("checkText names the words, the rule and the replacement", () => {
    expect(checkText("a.ts", "f();\n// Reads all, but for one.\n")).toEqual([
      { line: 2, text: "// Reads all, but for one.", rule: "the house's words", instead: "except" },
    ]);
  });
});
