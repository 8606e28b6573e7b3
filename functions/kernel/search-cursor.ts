import { ApiError } from "./http/api-error.ts";
import { shortDigest } from "./runtime/ids.ts";

/**
 * A cursor says where a search goes on, and of which search it is: one that was altered, or that belongs to another search
 * or to somebody else, is refused. It is no secret, and opens nothing: who may read what is looked at each time.
 */
export const writeCursor = (search: string, state: object): string => {
  const text = JSON.stringify(state);
  return `${shortDigest(`${search}\n${text}`)}${Buffer.from(text).toString("base64url")}`;
};

const digestLength = shortDigest("").length;

export const invalidCursor = (): ApiError =>
  new ApiError(
    "invalid_cursor",
    "The cursor is not of this search: begin without one, and follow the links of the answers.",
  );

/**
 * What a cursor holds: as writeCursor was given it, or what somebody made who knows how it writes. Throws `invalid_cursor`.
 */
export const readCursor = (search: string, cursor: string): unknown => {
  const text = Buffer.from(cursor.slice(digestLength), "base64url").toString();
  if (cursor !== `${shortDigest(`${search}\n${text}`)}${Buffer.from(text).toString("base64url")}`)
    throw invalidCursor();
  try {
    return JSON.parse(text);
  } catch {
    throw invalidCursor();
  }
};
