/** Finds messages by the postings of their terms, in one or several rooms, the newest first. */
import { forEachConcurrent } from "../../kernel/runtime/for-each-concurrent.ts";
import { lastSeq, lastTime, placeOf } from "../table/keys.ts";
import {
  type Allowance,
  createPostingStream,
  createUnionStream,
  listTerms,
  type PostingStream,
} from "./postings.ts";
import { listPrefixTerms, type PrefixTerms, roomsPerPrefixQuery, termsInRoom } from "./prefix-terms.ts";
import type { Entry, Position, SearchCursor, SearchedRoom, SearchRequest } from "./search-index.ts";

/** Queries of a call beyond those that every room and term need. Each costs half a unit. */
const furtherQueries = 100;

/** Terms of one prefix that a search looks for in all rooms, if it has other terms too. */
const termsInAll = 300;

/** Returns how many terms of one prefix a search looks for in each room, beside its other terms. */
function termsBeside({ rooms }: SearchRequest): number {
  return Math.max(1, Math.min(termsInRoom, Math.floor(termsInAll / rooms.length)));
}

/** Rooms in which a prefix is looked up at the same time, at the least. */
const guessesAtOnce = 5;

/** Returns the place to start at in a room, after everything newer than a position was searched. */
function startIn(roomId: string, position: Position | undefined): string {
  if (!position) return placeOf(lastTime, lastSeq);
  if (roomId === position.roomId) return placeOf(position.at, position.seq);
  return placeOf(roomId > position.roomId ? position.at : position.at - 1, lastSeq);
}

/**
 * The next step in a room.
 * - `entry`: a result.
 * - `guess`: an entry with all whole terms, while the prefix is not looked up in the room. The next
 *   step looks it up.
 * - `place`: where to continue, if the walk has gone far enough.
 */
type Step = { readonly entry: Entry } | { readonly guess: Entry } | { readonly place: Position };

interface Walk {
  /** Returns undefined at the end. */
  next(): Promise<Step | undefined>;
}

/** Returns the position after an entry. */
function positionAfter({ at, roomId, seq }: Entry): Position {
  return { at, roomId, seq: seq - 1 };
}

/**
 * Walks through a room. It asks each stream in turn for its newest posting that is not newer than
 * the last one found, until all streams have the same one. So the rarest term decides how much it
 * reads.
 */
function createWalk(
  room: SearchedRoom,
  wanted: SearchRequest,
  prefixTerms: PrefixTerms | undefined,
  allowance: Allowance,
): Walk {
  const low = placeOf(Math.max(0, room.since, wanted.from ?? 0), 0);
  const newest = wanted.to === undefined ? undefined : placeOf(wanted.to, lastSeq);
  const start = startIn(room.id, wanted.start);
  let place = newest !== undefined && newest < start ? newest : start;
  const streams = wanted.terms.map((term) => createPostingStream(room.id, term, low, allowance));
  /** The prefix that is still to be looked up. */
  let pendingPrefix = prefixTerms ? undefined : wanted.prefix;
  let hasGuessed = false;

  const unionOf = (terms: readonly string[]): PostingStream => {
    allowance.queries += terms.length;
    return createUnionStream(terms.map((term) => createPostingStream(room.id, term, low, allowance)));
  };
  if (prefixTerms) streams.push(unionOf(prefixTerms.terms.get(room.id) ?? []));

  const lookUp = async (prefix: string): Promise<void> => {
    const most = termsBeside(wanted);
    const terms = await listTerms(room.id, prefix, most + 1);
    // With more terms than it can search, the other terms find the messages, and the caller
    // compares their content.
    if (terms.length <= most) streams.push(unionOf(terms));
    pendingPrefix = undefined;
  };

  /** Whether an entry may be shown, as far as its posting says. */
  const fits = ({ senderId, type, seq }: Entry): boolean =>
    seq >= room.first &&
    (wanted.senderId === undefined || wanted.senderId === senderId) &&
    (wanted.type === undefined || wanted.type === type);

  const next = async (): Promise<Step | undefined> => {
    if (pendingPrefix !== undefined && hasGuessed) await lookUp(pendingPrefix);
    for (let isFirst = true; ; isFirst = false) {
      let lowest = place;
      let found: Entry | undefined;
      for (const stream of streams) {
        found = await stream.seek(lowest);
        if (!found) return undefined;
        lowest = placeOf(found.at, found.seq);
      }
      if (!found) return undefined;
      const isMatch = lowest === place;
      if (isMatch && fits(found) && pendingPrefix !== undefined) {
        hasGuessed = true;
        return { guess: found };
      }
      place = isMatch ? placeOf(found.at, found.seq - 1) : lowest;
      if (isMatch && fits(found)) return { entry: found };
      if (allowance.queries <= 0 && !isFirst) {
        const { at, seq } = isMatch ? positionAfter(found) : found;
        return { place: { at, roomId: room.id, seq } };
      }
    }
  };
  return { next };
}

/**
 * Returns whether one position comes first: the newer one, or at the same time the room with the
 * lower id.
 */
function isBefore(one: Position, other: Position): boolean {
  if (one.at !== other.at) return one.at > other.at;
  return one.roomId === other.roomId ? one.seq > other.seq : one.roomId < other.roomId;
}

function positionOf(step: Step): Position {
  if ("place" in step) return step.place;
  return "entry" in step ? step.entry : step.guess;
}

export function createTableCursor(wanted: SearchRequest): SearchCursor {
  const allowance: Allowance = { queries: wanted.rooms.length * wanted.terms.length + furtherQueries };
  /** The next step of each room that is not at its end. */
  const walks = new Map<Walk, Step>();
  let prefixTerms: PrefixTerms | undefined;
  let isOpen = false;
  let position: Position | undefined = wanted.start;

  const advance = async (walk: Walk): Promise<void> => {
    const step = await walk.next();
    if (step) walks.set(walk, step);
    else walks.delete(walk);
  };

  /** Returns the walk with the newest next step. */
  const first = (): [Walk, Step] | undefined => {
    let newest: [Walk, Step] | undefined;
    for (const one of walks) if (!newest || isBefore(positionOf(one[1]), positionOf(newest[1]))) newest = one;
    return newest;
  };

  /** Looks the prefix up in rooms whose messages may come next. */
  const resolveGuesses = async (count: number): Promise<void> => {
    const guesses = [...walks]
      .filter(([, step]) => "guess" in step)
      .sort(([, one], [, other]) => (isBefore(positionOf(one), positionOf(other)) ? -1 : 1))
      .slice(0, Math.max(count, guessesAtOnce));
    await forEachConcurrent(
      guesses.map(([walk]) => walk),
      roomsPerPrefixQuery,
      advance,
    );
  };

  const take = async (count: number): Promise<Entry[]> => {
    if (!isOpen) {
      if (wanted.prefix !== undefined && wanted.terms.length === 0)
        prefixTerms = await listPrefixTerms(wanted, wanted.prefix);
      await forEachConcurrent(
        wanted.rooms.map((room) => createWalk(room, wanted, prefixTerms, allowance)),
        roomsPerPrefixQuery,
        advance,
      );
    }
    isOpen = true;
    const entries: Entry[] = [];
    for (;;) {
      const next = first();
      if (!next) {
        position = undefined;
        return entries;
      }
      const [walk, step] = next;
      if ("place" in step) {
        position = step.place;
        return entries;
      }
      if (entries.length === count) return entries;
      if ("guess" in step) {
        await resolveGuesses(count - entries.length);
        continue;
      }
      entries.push(step.entry);
      position = positionAfter(step.entry);
      await advance(walk);
    }
  };
  return { take, position: () => position, group: () => prefixTerms?.group };
}
