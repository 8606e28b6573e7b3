import { ApiError } from "../kernel/http/api-error.ts";
import { shortDigest } from "../kernel/runtime/ids.ts";
import { truncateWord } from "../kernel/text/words.ts";
import type { Position, TermGroup } from "../store/search/search-index.ts";
import { lastSeq, lastTime } from "../store/table/keys.ts";
import type { RoomGroup } from "./room-scope.ts";

/**
 * Returns a cursor with the continuation of one search. A cursor that was altered, or belongs to
 * another search or user, is refused. It is no secret and grants nothing: access is checked on
 * every call.
 */
export function writeCursor(search: string, state: object): string {
  const text = JSON.stringify(state);
  return `${shortDigest(`${search}\n${text}`)}${Buffer.from(text).toString("base64url")}`;
}

const digestLength = shortDigest("").length;

export function invalidCursor(): ApiError {
  return new ApiError(
    "invalid_cursor",
    "The cursor is not of this search: begin without one, and follow the links of the answers.",
  );
}

/**
 * Returns the content of a cursor: what writeCursor was given, or what a client made that knows the
 * format. Throws `invalid_cursor`.
 */
export function readCursor(search: string, cursor: string): unknown {
  const text = Buffer.from(cursor.slice(digestLength), "base64url").toString();
  if (cursor !== `${shortDigest(`${search}\n${text}`)}${Buffer.from(text).toString("base64url")}`)
    throw invalidCursor();
  try {
    return JSON.parse(text);
  } catch {
    throw invalidCursor();
  }
}

/** The continuation of a search, as its cursor holds it. */
export interface SearchState {
  readonly count: number;
  readonly position?: Position;
  /** The group of terms that is searched, if a prefix has too many terms. */
  readonly words?: TermGroup;
  readonly group?: RoomGroup;
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(value instanceof Object ? value : {}));
}

function isNumberUpTo(value: unknown, last: number): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= last;
}

function isPosition(value: unknown): boolean {
  const fields = fieldsOf(value);
  return (
    isNumberUpTo(fields.get("at"), lastTime) &&
    isNumberUpTo(fields.get("seq"), lastSeq) &&
    typeof fields.get("roomId") === "string"
  );
}

function isGroup(value: unknown): boolean {
  const fields = fieldsOf(value);
  const isBetween = ["after", "upTo"].every((name) => typeof fields.get(name) === "string");
  return typeof fields.get("first") === "string" && (isBetween || fields.size === 1);
}

function isTermGroup(value: unknown): boolean {
  const fields = fieldsOf(value);
  const isTerm = (name: string): boolean => !fields.has(name) || typeof fields.get(name) === "string";
  return value instanceof Object && isTerm("after") && (fields.get("upTo") === null || isTerm("upTo"));
}

function isState(value: unknown): value is SearchState {
  const fields = fieldsOf(value);
  return (
    isNumberUpTo(fields.get("count"), Number.MAX_SAFE_INTEGER) &&
    (!fields.has("position") || isPosition(fields.get("position"))) &&
    (!fields.has("words") || isTermGroup(fields.get("words"))) &&
    (!fields.has("group") || isGroup(fields.get("group")))
  );
}

/**
 * Returns the state of a search; without a cursor, its beginning. Throws `invalid_cursor`. A cursor
 * has no secret, so a client can make one with any content: the state is validated.
 */
export function readState(name: string, cursor: string | undefined): SearchState {
  if (cursor === undefined) return { count: 0 };
  const state = readCursor(name, cursor);
  if (!isState(state)) throw invalidCursor();
  return state;
}

/**
 * Throws `invalid_cursor` unless the ends of a group can be terms with this prefix: they become
 * keys of the table.
 */
export function checkTermGroup({ after, upTo }: TermGroup, prefix: string | undefined): void {
  const isTerm = (end: string): boolean =>
    prefix !== undefined && end.startsWith(prefix) && end.isWellFormed() && truncateWord(end) === end;
  for (const end of [after, upTo]) if (typeof end === "string" && !isTerm(end)) throw invalidCursor();
}
