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
import type { Entry, Finding, Position, SearchedRoom, Wanted } from "./search-index.ts";

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

/** The next entry of a room; where it has looked far enough, the place where it goes on; undefined at the end. */
type Step = { readonly entry: Entry } | { readonly place: Position } | undefined;

interface Walk {
  next(): Promise<Step>;
}

/** Where what comes after an entry begins. */
const behind = ({ at, roomId, seq }: Entry): Position => ({ at, roomId, seq: seq - 1 });

/** The streams of which each has every message that is found; none where there is no such message. */
const openStreams = async (
  room: SearchedRoom,
  wanted: Wanted,
  low: string,
  allowance: Allowance,
): Promise<PostingStream[] | undefined> => {
  const streams = wanted.terms.map((term) => createPostingStream(room.id, term, low, allowance));
  if (wanted.prefix === undefined) return streams;
  const most = termsSought(wanted);
  const beginning = await listTerms(room.id, wanted.prefix, most + 1, allowance);
  if (beginning.length === 0) return undefined;
  // With more of them than can be looked at, the other terms find the messages, and what they say is compared.
  if (beginning.length > most && streams.length > 0) return streams;
  const union = beginning.slice(0, most).map((term) => createPostingStream(room.id, term, low, allowance));
  return [...streams, createUnionStream(union)];
};

/**
 * Walks through a room: each stream in turn is asked for its newest posting that is not newer than the last one found,
 * until all of them have the same. So the rarest term decides how much is read.
 */
const createWalk = (room: SearchedRoom, wanted: Wanted, allowance: Allowance): Walk => {
  const low = placeOf(Math.max(0, room.since, wanted.from ?? 0), 0);
  const newest = wanted.to === undefined ? undefined : placeOf(wanted.to, lastSeq);
  const start = startIn(room.id, wanted.start);
  let place = newest !== undefined && newest < start ? newest : start;
  let streams: Promise<PostingStream[] | undefined> | undefined;

  /** Whether an entry may be shown, as far as its posting tells. */
  const fits = ({ senderId, type, seq }: Entry): boolean =>
    seq >= room.first &&
    (wanted.senderId === undefined || wanted.senderId === senderId) &&
    (wanted.type === undefined || wanted.type === type);

  const next = async (): Promise<Step> => {
    streams ??= openStreams(room, wanted, low, allowance);
    const all = await streams;
    if (!all) return undefined;
    for (let isFirst = true; ; isFirst = false) {
      let lowest = place;
      let found: Entry | undefined;
      for (const stream of all) {
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

const roomsAtOnce = 25;

export const createTableFinding = (wanted: Wanted): Finding => {
  const forPrefix = wanted.prefix === undefined ? 0 : 2 * termsSought(wanted) + 1;
  const allowance: Allowance = {
    queries: wanted.rooms.length * (wanted.terms.length + forPrefix) + furtherQueries,
  };
  /** What is next of each room that has something left. */
  const walks = new Map<Walk, NonNullable<Step>>();
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
    if (!isOpen)
      await forEach(
        wanted.rooms.map((room) => createWalk(room, wanted, allowance)),
        roomsAtOnce,
        advance,
      );
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
  return { take, position: () => position };
};
