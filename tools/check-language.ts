/**
 * `node tools/check-language.ts [path...]` holds the English of tracked Markdown and code against
 * the house's rules. Without paths it reads the whole repository. It exits 1 if a rule is broken.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { checkText } from "./language/check-text.ts";

/** These files name the struck words in order to find them. */
const aboutTheRules = ["tools/language/rules.ts", "test/unit/check-language.test.ts"];

function listFiles(paths: readonly string[]): string[] {
  const { status, stdout, stderr } = spawnSync("git", ["ls-files", "-z", "--", ...paths], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`git could not list the files to check: ${stderr}`);
  return stdout
    .split("\0")
    .filter((file) => /\.(?:md|ts|tsx|js)$/.test(file) && !aboutTheRules.includes(file));
}

let count = 0;
for (const file of listFiles(process.argv.slice(2)))
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
