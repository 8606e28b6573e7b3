/** Finds messages by the postings of their terms, in one room or in several at once, the newest first. */
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

/** Queries of a call, beyond those that every room and term need: each costs half a unit. */
const furtherQueries = 100;

/** Terms of one beginning that are looked for in many rooms together, where other terms are, too. */
const termsInAll = 300;

/** How many terms of one beginning are looked for beside other terms, in each room. */
function termsBeside({ rooms }: SearchRequest): number {
  return Math.max(1, Math.min(termsInRoom, Math.floor(termsInAll / rooms.length)));
}

/** Rooms, at the least, in which a beginning is looked up together. */
const guessesAtOnce = 5;

/** The place from which to look in a room on, where all that is newer than a position has been looked at. */
function startIn(roomId: string, position: Position | undefined): string {
  if (!position) return placeOf(lastTime, lastSeq);
  if (roomId === position.roomId) return placeOf(position.at, position.seq);
  return placeOf(roomId > position.roomId ? position.at : position.at - 1, lastSeq);
}

/**
 * What is next of a room: an entry, or a guess, which has all whole terms while what begins as was typed is not looked up in
 * the room; that, and what comes of it, is the next step. Where it has looked far enough, the place where it goes on.
 */
type Step = { readonly entry: Entry } | { readonly guess: Entry } | { readonly place: Position };

interface Walk {
  /** Undefined at the end. */
  next(): Promise<Step | undefined>;
}

/** Where what comes after an entry begins. */
function behind({ at, roomId, seq }: Entry): Position {
  return { at, roomId, seq: seq - 1 };
}

/**
 * Walks through a room: each stream in turn is asked for its newest posting that is not newer than the last one found,
 * until all of them have the same. So the rarest term decides how much is read.
 */
function createWalk(
  room: SearchedRoom,
  wanted: SearchRequest,
  beginnings: PrefixTerms | undefined,
  allowance: Allowance,
): Walk {
  const low = placeOf(Math.max(0, room.since, wanted.from ?? 0), 0);
  const newest = wanted.to === undefined ? undefined : placeOf(wanted.to, lastSeq);
  const start = startIn(room.id, wanted.start);
  let place = newest !== undefined && newest < start ? newest : start;
  const streams = wanted.terms.map((term) => createPostingStream(room.id, term, low, allowance));
  /** What is still to be looked up. */
  let beginning = beginnings ? undefined : wanted.prefix;
  let hasGuessed = false;

  const unionOf = (terms: readonly string[]): PostingStream => {
    allowance.queries += terms.length;
    return createUnionStream(terms.map((term) => createPostingStream(room.id, term, low, allowance)));
  };
  if (beginnings) streams.push(unionOf(beginnings.terms.get(room.id) ?? []));

  const lookUp = async (prefix: string): Promise<void> => {
    const most = termsBeside(wanted);
    const terms = await listTerms(room.id, prefix, most + 1);
    // With more of them than can be looked at, the other terms find the messages, and what they say is compared.
    if (terms.length <= most) streams.push(unionOf(terms));
    beginning = undefined;
  };

  /** Whether an entry may be shown, as far as its posting tells. */
  const fits = ({ senderId, type, seq }: Entry): boolean =>
    seq >= room.first &&
    (wanted.senderId === undefined || wanted.senderId === senderId) &&
    (wanted.type === undefined || wanted.type === type);

  const next = async (): Promise<Step | undefined> => {
    if (beginning !== undefined && hasGuessed) await lookUp(beginning);
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
      if (isMatch && fits(found) && beginning !== undefined) {
        hasGuessed = true;
        return { guess: found };
      }
      place = isMatch ? placeOf(found.at, found.seq - 1) : lowest;
      if (isMatch && fits(found)) return { entry: found };
      if (allowance.queries <= 0 && !isFirst) {
        const { at, seq } = isMatch ? behind(found) : found;
        return { place: { at, roomId: room.id, seq } };
      }
    }
  };
  return { next };
}

/** Whether one comes before the other: the newest first, of one moment the room with the lower id. */
function isBefore(one: Position, other: Position): boolean {
  if (one.at !== other.at) return one.at > other.at;
  return one.roomId === other.roomId ? one.seq > other.seq : one.roomId < other.roomId;
}

function placed(step: Step): Position {
  if ("place" in step) return step.place;
  return "entry" in step ? step.entry : step.guess;
}

export function createTableCursor(wanted: SearchRequest): SearchCursor {
  const allowance: Allowance = { queries: wanted.rooms.length * wanted.terms.length + furtherQueries };
  /** What is next of each room that has something left. */
  const walks = new Map<Walk, Step>();
  let beginnings: PrefixTerms | undefined;
  let isOpen = false;
  let position: Position | undefined = wanted.start;

  const advance = async (walk: Walk): Promise<void> => {
    const step = await walk.next();
    if (step) walks.set(walk, step);
    else walks.delete(walk);
  };

  /** The walk whose next step is the newest. */
  const first = (): [Walk, Step] | undefined => {
    let newest: [Walk, Step] | undefined;
    for (const one of walks) if (!newest || isBefore(placed(one[1]), placed(newest[1]))) newest = one;
    return newest;
  };

  /** Looks the beginning up in rooms whose messages may be the next ones. */
  const settleGuesses = async (count: number): Promise<void> => {
    const guesses = [...walks]
      .filter(([, step]) => "guess" in step)
      .sort(([, one], [, other]) => (isBefore(placed(one), placed(other)) ? -1 : 1))
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
        beginnings = await listPrefixTerms(wanted, wanted.prefix);
      await forEachConcurrent(
        wanted.rooms.map((room) => createWalk(room, wanted, beginnings, allowance)),
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
        await settleGuesses(count - entries.length);
        continue;
      }
      entries.push(step.entry);
      position = behind(step.entry);
      await advance(walk);
    }
  };
  return { take, position: () => position, group: () => beginnings?.group };
}
