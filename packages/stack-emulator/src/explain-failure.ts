import { StartError } from "./start-error.ts";

/** What to do about an error of the operating system, by its code. `path` is what was to be read or written. */
const remedies: Readonly<Record<string, (path: string) => string>> = {
  EACCES: (path) => `There is no permission to write ${path}. ${otherFolder}`,
  EPERM: (path) => `There is no permission to write ${path}. ${otherFolder}`,
  EROFS: (path) => `${path} is on a disk that can only be read. ${otherFolder}`,
  ENOTDIR: (path) => `${path} lies in something that is no folder. ${otherFolder}`,
  EEXIST: (path) => `${path} is in the way: there is to be a folder. ${otherFolder}`,
  ENOSPC: (path) =>
    `The disk is full: ${path} could not be written. Free some space, or ${lower(otherFolder)}`,
  EDQUOT: (path) =>
    `The disk quota is used up: ${path} could not be written. Free some space, or ${lower(otherFolder)}`,
  EMFILE: () => "Too many files are open: allow more with `ulimit -n 4096`.",
};

const otherFolder = "Name another folder with --data DIR.";

/** SQLite's result codes, which DynamoDB Local prints in brackets: https://www.sqlite.org/rescode.html */
const sqliteCodes: Readonly<Record<string, string>> = {
  3: "EACCES",
  8: "EROFS",
  13: "ENOSPC",
  14: "EACCES",
  23: "EACCES",
};

/** The sentence that helps a user; for an error that no user could do anything about, its stack. */
export function explainFailure(error: unknown): string {
  if (error instanceof StartError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return explainCode(error) ?? error.stack ?? error.message;
}

function explainCode(error: Error): string | undefined {
  if (!("code" in error)) return undefined;
  const path = "path" in error ? String(error.path) : "a file of the data";
  const sqliteCode = "errcode" in error ? sqliteCodes[String(error.errcode)] : undefined;
  return remedies[sqliteCode ?? String(error.code)]?.(path);
}

/**
 * Why DynamoDB Local cannot use the database `file`, by what it printed. It answers any such call with an InternalFailure.
 */
export function explainDatabaseFailure(output: string, file: string): StartError {
  const code = [...output.matchAll(/SQLiteException: \[(\d+)\]/g)].at(-1)?.[1] ?? "";
  const remedy = remedies[sqliteCodes[code] ?? ""];
  if (remedy) return new StartError(remedy(file));
  if (code === "11" || code === "26") {
    return new StartError(
      `${file} is damaged. Restore it from a copy, or move it away to begin with empty tables, or start with --fresh.`,
    );
  }
  return new StartError(`DynamoDB Local could not use ${file}. It printed:\n${output.trim()}`);
}

function lower(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}
