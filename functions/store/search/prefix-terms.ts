/**
 * The terms of rooms that begin with what a user typed: the ones to search for at the same time, if
 * the search has no other term.
 */
import { forEachConcurrent } from "../../kernel/runtime/for-each-concurrent.ts";
import { getTerm } from "./postings.ts";
import { compareTerms, type SearchRequest, type TermGroup } from "./search-index.ts";

/** Rooms that are queried at the same time. */
export const roomsPerPrefixQuery = 25;

/**
 * Terms to search for in one room. In several rooms it is `termsForResult` for each result of a
 * page, if that is more.
 */
export const termsInRoom = 20;
const termsForResult = 2;

/**
 * Terms of a group with a known end, counted in each room. It exceeds what the first call has
 * found, which ends with a term that may be in all of the rooms. It bounds a cursor that no search
 * has written.
 */
const mostTerms = 350;

/** Returns how many terms, counted in each room, make a group. */
function termsAtOnce({ rooms, results }: SearchRequest): number {
  return Math.max(termsInRoom, Math.min(termsInRoom * rooms.length, termsForResult * results));
}

export interface PrefixTerms {
  /** The terms by room, in alphabetical order. */
  readonly terms: ReadonlyMap<string, readonly string[]>;
  /**
   * The end of the terms in the alphabet. It is the same in all rooms: else each room would need a
   * place in the cursor.
   */
  readonly group: TermGroup;
}

interface ListedRoom {
  readonly id: string;
  readonly terms: string[];
  isOver: boolean;
}

/**
 * Lists a group of terms in all rooms: the first ones in the alphabet, up to the term that makes
 * them enough. A room that has come so far is not queried again. So this costs half a unit for each
 * room and each term.
 */
export async function listPrefixTerms(wanted: SearchRequest, prefix: string): Promise<PrefixTerms> {
  const { after, upTo } = wanted.group;
  const most = upTo === undefined ? termsAtOnce(wanted) : mostTerms;
  const rooms = wanted.rooms.map(({ id }): ListedRoom => ({ id, terms: [], isOver: false }));
  let end: string | undefined;
  const isWithin = (term: string): boolean => end === undefined || compareTerms(term, end) <= 0;

  for (let open = rooms; open.length > 0; ) {
    await forEachConcurrent(open, roomsPerPrefixQuery, async (room) => {
      const term = await getTerm(room.id, prefix, { after: room.terms.at(-1) ?? after, upTo });
      if (term === undefined) room.isOver = true;
      else room.terms.push(term);
    });
    end = rooms.flatMap(({ terms }) => terms).sort(compareTerms)[most - 1];
    open = rooms.filter(({ terms, isOver }) => {
      const last = terms.at(-1);
      return !isOver && (last === undefined || end === undefined || compareTerms(last, end) < 0);
    });
  }
  return {
    terms: new Map(rooms.map(({ id, terms }) => [id, terms.filter(isWithin)])),
    group: { after, upTo: upTo === undefined ? (end ?? null) : upTo },
  };
}
