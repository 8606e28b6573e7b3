/** The terms of rooms that begin as somebody typed: which of them are looked for at once, where nothing else is. */
import { forEachConcurrent } from "../../kernel/runtime/for-each-concurrent.ts";
import { getTerm } from "./postings.ts";
import { compareTerms, type SearchRequest, type TermGroup } from "./search-index.ts";

/** Queries of different rooms that are under way together. */
export const roomsPerPrefixQuery = 25;

/** Terms that are looked for in one room; in several together, as many for each result of a page, where that is more. */
export const termsInRoom = 20;
const termsForResult = 2;

/**
 * Terms of a group whose end is known, counted in each room: more than the first call has found, which ends with a term that
 * may be in all of the rooms. It holds where a cursor says what no search has written.
 */
const mostTerms = 350;

/** How many terms, counted in each room, make a group. */
function termsAtOnce({ rooms, results }: SearchRequest): number {
  return Math.max(termsInRoom, Math.min(termsInRoom * rooms.length, termsForResult * results));
}

export interface PrefixTerms {
  /** By room, in the order of the alphabet. */
  readonly terms: ReadonlyMap<string, readonly string[]>;
  /** How far by the alphabet they are looked for: in all rooms to the same term, or each would need a place in the cursor. */
  readonly group: TermGroup;
}

interface ListedRoom {
  readonly id: string;
  readonly terms: string[];
  isOver: boolean;
}

/**
 * Lists a group of terms in all rooms: those that come first in the alphabet, up to the one with which there are enough of
 * them. A room that has come so far is not asked for more, so that this costs half a unit for each room and each term.
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
