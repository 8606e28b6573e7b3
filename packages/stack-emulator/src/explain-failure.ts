import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { DynamoDbLocal } from "./dynamodb/process.ts";
import type { Forward } from "./proxy/forward.ts";
import { StartError } from "./start-error.ts";
import type { Log } from "./store.ts";

/** The codes of SQLite for a file that is no database, or a damaged one. */
const damageCodes = [11, 26];

/**
 * Says what to do about an error of the operating system, by its code. `path` is the file or
 * folder.
 */
const remedies: Readonly<Record<string, (path: string) => string>> = {
  EACCES: (path) => `There is no permission to write ${path}. ${otherFolder}`,
  EPERM: (path) => `There is no permission to write ${path}. ${otherFolder}`,
  EROFS: (path) => `${path} is on a disk that can only be read. ${otherFolder}`,
  ENOTDIR: (path) => `${path} is inside a file, and not inside a folder. ${otherFolder}`,
  EEXIST: (path) => `${path} is a file, and the data needs a folder. ${otherFolder}`,
  ENOSPC: (path) =>
    `The disk is full: ${path} could not be written. Free some space, or ${lower(otherFolder)}`,
  EDQUOT: (path) =>
    `The disk quota is used up: ${path} could not be written. Free some space, or ${lower(otherFolder)}`,
  EMFILE: () => "Too many files are open: allow more with `ulimit -n 4096`.",
};

const pathless = ["ENOSPC", "EDQUOT", "EMFILE"];

const otherFolder = "Name another folder with --data DIR.";

/**
 * SQLite's result codes, which DynamoDB Local prints in brackets:
 * https://www.sqlite.org/rescode.html
 */
const sqliteCodes: Readonly<Record<number, string>> = {
  3: "EACCES",
  8: "EROFS",
  13: "ENOSPC",
  14: "EACCES",
  23: "EACCES",
};

/** Returns a sentence that says what to do; for an error that no user can mend, its stack. */
export function explainFailure(error: unknown): string {
  if (error instanceof StartError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return explainCode(error) ?? error.stack ?? error.message;
}

function explainCode(error: Error): string | undefined {
  if (!("code" in error)) return undefined;
  // The low byte of an extended code of SQLite is its main code.
  const sqliteCode = "errcode" in error ? sqliteCodes[Number(error.errcode) & 0xff] : undefined;
  const code = sqliteCode ?? String(error.code);
  if ("path" in error) return remedies[code]?.(String(error.path));
  // An error of a write to an open file names no path. Other errors without one are not of files.
  return pathless.includes(code) ? remedies[code]?.("a file of the data") : undefined;
}

/**
 * Returns why DynamoDB Local cannot use the database `file`, by what it printed. It answers each
 * call to such a database with an InternalFailure.
 */
export function explainDatabaseFailure(output: string, file: string): StartError {
  const codes = [...output.matchAll(/SQLiteException: \[(\d+)\]/g)].map(([, code]) => Number(code));
  // Other codes may follow, such as that of a rollback which fails for the same reason.
  const code = codes.findLast((one) => one in sqliteCodes || damageCodes.includes(one)) ?? 0;
  // DynamoDB Local does not print the code of each failed write.
  const remedy = remedies[sqliteCodes[code] ?? (isDiskFull(dirname(file)) ? "ENOSPC" : "")];
  if (remedy) return new StartError(remedy(file));
  if (damageCodes.includes(code)) {
    return new StartError(
      `${file} is damaged. Restore it from a copy, or move it away to begin with empty tables, or start with --fresh.`,
    );
  }
  return new StartError(`DynamoDB Local could not use ${file}. It printed:\n${output.trim()}`);
}

/** Returns whether less than 64 KB are free: SQLite grows a file by pages of some KB. */
function isDiskFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < 65_536;
  } catch {
    return false;
  }
}

/** Milliseconds until DynamoDB Local has printed why a call failed. */
const printedAfter = 200;

/**
 * Returns a `forward` that prints why the database cannot be used, each reason once, when a call
 * fails.
 */
export function reportDatabaseFailures(
  { forward, output }: Pick<DynamoDbLocal, "forward" | "output">,
  file: string,
  print: Log,
): Forward {
  const printed = new Set<string>();
  let isScheduled = false;
  const report = (): void => {
    isScheduled = false;
    const { message } = explainDatabaseFailure(output(), file);
    // The lines after the first are from DynamoDB Local and differ each time.
    const [reason = ""] = message.split("\n");
    if (!printed.has(reason)) print(message);
    printed.add(reason);
  };
  return async (headers, body) => {
    const answer = await forward(headers, body);
    if (!isScheduled && answer.status === 500 && answer.body.includes("InternalFailure")) {
      isScheduled = true;
      setTimeout(report, printedAfter).unref();
    }
    return answer;
  };
}

function lower(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}
