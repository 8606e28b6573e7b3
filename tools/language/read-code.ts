import { blank, blankCode, lineCounter, type Passage, type Reading } from "./passages.ts";

/** Matches the code before a regular expression. After any other code a slash divides. */
const beforeRegex = /(?:^|[(,=:[!&|?{};+*%<>~^-]|\b(?:return|case|typeof|of|in|await|yield))\s*$/;

/** Reads the comments and string literals of TypeScript and JavaScript. */
export function readCode(source: string): Reading {
  const passages: Passage[] = [];
  const lines = new Set<number>();

  const lineOf = lineCounter(source);
  const addString = (from: number, to: number, holes: readonly (readonly [number, number])[] = []): void => {
    let text = source.slice(from, to);
    for (const [start, end] of holes)
      text = text.slice(0, start - from) + blank(source.slice(start, end), "x") + text.slice(end - from);
    passages.push({ text, prose: blankCode(text.replaceAll(/\\[nt]/g, "  ")), offset: from });
  };
  const addComment = (from: number, to: number): void => {
    const text = source.slice(from, to);
    for (let line = lineOf(from); line <= lineOf(Math.max(from, to - 1)); line += 1) lines.add(line);
    const marks = /^[^\S\n]*(?:\/\*+|\*\/|\/\/|\*(?!\/))|\*+\/$/gm;
    passages.push({ text, prose: blankCode(text.replaceAll(marks, (mark) => blank(mark))), offset: from });
  };

  /** Adds a run of line comments as one passage; returns where it ends. */
  const readLineComments = (from: number): number => {
    const run = /\/\/[^\n]*(?:\n[^\S\n]*\/\/[^\n]*)*/y;
    run.lastIndex = from;
    const end = from + (run.exec(source)?.[0].length ?? 2);
    addComment(from, end);
    return end;
  };
  const readString = (from: number): number => {
    const literal = source[from] === '"' ? /"(?:[^"\\\n]|\\.)*"?/y : /'(?:[^'\\\n]|\\.)*'?/y;
    literal.lastIndex = from;
    const end = from + (literal.exec(source)?.[0].length ?? 1);
    addString(from + 1, Math.max(from + 1, end - 1));
    return end;
  };
  const readTemplate = (from: number): number => {
    const holes: [number, number][] = [];
    let at = from + 1;
    while (at < source.length && source[at] !== "`") {
      if (source[at] === "\\") at += 2;
      else if (source.startsWith("${", at)) {
        const end = readUntilBrace(at + 2);
        holes.push([at, end]);
        at = end;
      } else at += 1;
    }
    addString(from + 1, at, holes);
    return at + 1;
  };
  const readRegex = (from: number): number => {
    const literal = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
    literal.lastIndex = from;
    return from + (literal.exec(source)?.[0].length ?? 1);
  };
  /** Reads code up to the brace that closes it; returns the position behind that brace. */
  const readUntilBrace = (from: number): number => {
    let depth = 0;
    let at = from;
    while (at < source.length) {
      const char = source[at];
      if (source.startsWith("//", at)) at = readLineComments(at);
      else if (source.startsWith("/*", at)) {
        const close = source.indexOf("*/", at + 2);
        const end = close < 0 ? source.length : close + 2;
        addComment(at, end);
        at = end;
      } else if (char === '"' || char === "'") at = readString(at);
      else if (char === "`") at = readTemplate(at);
      else if (char === "/" && beforeRegex.test(source.slice(Math.max(0, at - 20), at))) at = readRegex(at);
      else {
        if (char === "{") depth += 1;
        if (char === "}") depth -= 1;
        at += 1;
        if (depth < 0) return at;
      }
    }
    return at;
  };

  let at = 0;
  while (at < source.length) at = readUntilBrace(at);
  return { passages, lines };
}
