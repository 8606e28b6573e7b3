/**
 * `node tools/check-language.ts <path...>` holds the English of tracked Markdown and code against
 * the house's rules. It exits 1 if a rule is broken.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { checkText } from "./language/check-text.ts";

/** These files name the struck words in order to find them. */
const aboutTheRules = ["tools/language/rules.ts", "test/structure/check-language.unit.test.ts"];

/**
 * Returns the tracked files that exist. In a copy without a repository, such as an archive, it
 * returns all files.
 */
function listFiles(paths: readonly string[]): string[] {
  const { status, stdout } = spawnSync("git", ["ls-files", "-z", "--", ...paths], { encoding: "utf8" });
  const files = status === 0 ? stdout.split("\0") : globSync(paths.flatMap((path) => [path, `${path}/**/*`]));
  return files.filter(
    (file) => /\.(?:md|ts|tsx|js)$/.test(file) && !aboutTheRules.includes(file) && existsSync(file),
  );
}

const paths = process.argv.slice(2);
if (paths.length === 0) throw new Error("Name the files or folders to check, such as docs.");

let count = 0;
for (const file of listFiles(paths))
  for (const { line, text, rule, instead } of checkText(file, readFileSync(file, "utf8"))) {
    console.log(`${file}:${line}: ${text}\n  ${rule}; instead: ${instead}`);
    count += 1;
  }
if (count > 0) {
  console.log(
    `${count} ${count === 1 ? "sentence breaks" : "sentences break"} the rules of language in CONTRIBUTING.md.`,
  );
  process.exitCode = 1;
}
