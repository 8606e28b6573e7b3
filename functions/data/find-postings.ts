/** Finds messages by the postings of their terms, in one room or in several at once, the newest first. */
import { forEach } from "../kernel/for-each.ts";
import { lastSeq, lastTime, placeOf } from "./keys.ts";
import {
  type Allowance,
  createPostingStream,
  createUnionStream,
  listTerms,
  type PostingStream,
} from "./postings.ts";
import {
  compareTerms,
  type Entry,
  type Finding,
  type Position,
  type SearchedRoom,
  type TermGroup,
  type Wanted,
} from "./search-index.ts";

/** Queries of a call, beyond those that every room and term need: each costs half a unit. */
const furtherQueries = 100;

/** Terms of one beginning that are looked for in each of few rooms, and in many rooms together. */
const termsInRoom = 20;
const termsInAll = 300;

/** How many terms of one beginning are looked for in each room. */
const termsSought = ({ rooms }: Wanted): number =>
  Math.max(1, Math.min(termsInRoom, Math.floor(termsInAll / rooms.length)));

/** The place from which to look in a room on, where all that is newer than a position has been looked at. */
const startIn = (roomId: string, position: Position | undefined): string => {
  if (!position) return placeOf(lastTime, lastSeq);
  if (roomId === position.roomId) return placeOf(position.at, position.seq);
  return placeOf(roomId > position.roomId ? position.at : position.at - 1, lastSeq);
};

const roomsAtOnce = 25;

/** The next entry of a room; where it has looked far enough, the place where it goes on; undefined at the end. */
type Step = { readonly entry: Entry } | { readonly place: Position } | undefined;

interface Walk {
  next(): Promise<Step>;
}

/** Where what comes after an entry begins. */
const behind = ({ at, roomId, seq }: Entry): Position => ({ at, roomId, seq: seq - 1 });

/** The terms of each room that begin as was typed, and how far by the alphabet they are looked for. */
interface Beginnings {
  readonly terms: ReadonlyMap<string, readonly string[]>;
  readonly group: TermGroup;
}

/**
 * Where a beginning is all that is looked for, each room is looked at up to the same term, or what comes after would have to
 * be remembered for each room: up to the last one that the room with the most of them can be asked for.
 */
const listBeginnings = async (wanted: Wanted, prefix: string, allowance: Allowance): Promise<Beginnings> => {
  const most = termsSought(wanted);
  const isAlone = wanted.terms.length === 0;
  const { after, upTo } = isAlone ? wanted.group : {};
  const listed = new Map<string, string[]>();
  await forEach(wanted.rooms, roomsAtOnce, async ({ id }) => {
    listed.set(id, await listTerms(id, prefix, most + 1, allowance, after));
  });
  if (!isAlone) return { terms: listed, group: {} };
  const lasts = [...listed.values()].flatMap((terms) => (terms.length > most ? (terms[most - 1] ?? []) : []));
  const end = upTo === undefined ? (lasts.sort(compareTerms)[0] ?? null) : upTo;
  const isWithin = (term: string): boolean => end === null || compareTerms(term, end) <= 0;
  return {
    terms: new Map([...listed].map(([id, terms]) => [id, terms.slice(0, most).filter(isWithin)])),
    group: { after, upTo: end },
  };
};

/** The streams of which each has every message that is found; none where there is no such message. */
const openStreams = (
  room: SearchedRoom,
  wanted: Wanted,
  beginnings: Beginnings | undefined,
  low: string,
  allowance: Allowance,
): PostingStream[] | undefined => {
  const streams = wanted.terms.map((term) => createPostingStream(room.id, term, low, allowance));
  if (!beginnings) return streams;
  const terms = beginnings.terms.get(room.id) ?? [];
  if (terms.length === 0) return undefined;
  // With more of them than can be looked at, the other terms find the messages, and what they say is compared.
  if (terms.length > termsSought(wanted)) return streams;
  const union = terms.map((term) => createPostingStream(room.id, term, low, allowance));
  return [...streams, createUnionStream(union)];
};

/**
 * Walks through a room: each stream in turn is asked for its newest posting that is not newer than the last one found,
 * until all of them have the same. So the rarest term decides how much is read.
 */
const createWalk = (
  room: SearchedRoom,
  wanted: Wanted,
  beginnings: Beginnings | undefined,
  allowance: Allowance,
): Walk => {
  const low = placeOf(Math.max(0, room.since, wanted.from ?? 0), 0);
  const newest = wanted.to === undefined ? undefined : placeOf(wanted.to, lastSeq);
  const start = startIn(room.id, wanted.start);
  let place = newest !== undefined && newest < start ? newest : start;
  const streams = openStreams(room, wanted, beginnings, low, allowance);

  /** Whether an entry may be shown, as far as its posting tells. */
  const fits = ({ senderId, type, seq }: Entry): boolean =>
    seq >= room.first &&
    (wanted.senderId === undefined || wanted.senderId === senderId) &&
    (wanted.type === undefined || wanted.type === type);

  const next = async (): Promise<Step> => {
    if (!streams) return undefined;
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
      place = isMatch ? placeOf(found.at, found.seq - 1) : lowest;
      if (isMatch && fits(found)) return { entry: found };
      if (allowance.queries <= 0 && !isFirst) {
        const { at, seq } = isMatch ? behind(found) : found;
        return { place: { at, roomId: room.id, seq } };
      }
    }
  };
  return { next };
};

/** Whether one comes before the other: the newest first, of one moment the room with the lower id. */
const isBefore = (one: Position, other: Position): boolean => {
  if (one.at !== other.at) return one.at > other.at;
  return one.roomId === other.roomId ? one.seq > other.seq : one.roomId < other.roomId;
};

export const createTableFinding = (wanted: Wanted): Finding => {
  const forPrefix = wanted.prefix === undefined ? 0 : 2 * termsSought(wanted) + 1;
  const allowance: Allowance = {
    queries: wanted.rooms.length * (wanted.terms.length + forPrefix) + furtherQueries,
  };
  /** What is next of each room that has something left. */
  const walks = new Map<Walk, NonNullable<Step>>();
  let beginnings: Beginnings | undefined;
  let isOpen = false;
  let position: Position | undefined = wanted.start;

  const advance = async (walk: Walk): Promise<void> => {
    const step = await walk.next();
    if (step) walks.set(walk, step);
    else walks.delete(walk);
  };

  /** The walk whose next step is the newest. */
  const first = (): [Walk, NonNullable<Step>] | undefined => {
    let newest: [Walk, NonNullable<Step>] | undefined;
    const placed = (step: NonNullable<Step>): Position => ("entry" in step ? step.entry : step.place);
    for (const one of walks) if (!newest || isBefore(placed(one[1]), placed(newest[1]))) newest = one;
    return newest;
  };

  const take = async (count: number): Promise<Entry[]> => {
    if (!isOpen) {
      if (wanted.prefix !== undefined) beginnings = await listBeginnings(wanted, wanted.prefix, allowance);
      await forEach(
        wanted.rooms.map((room) => createWalk(room, wanted, beginnings, allowance)),
        roomsAtOnce,
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
      if (!("entry" in step)) {
        position = step.place;
        return entries;
      }
      if (entries.length === count) return entries;
      entries.push(step.entry);
      position = behind(step.entry);
      await advance(walk);
    }
  };
  return { take, position: () => position, group: () => beginnings?.group };
};
