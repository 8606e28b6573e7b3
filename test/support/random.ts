/** Random choices that a seed repeats. */
export interface Random {
  /** From 0 up to, but not, 1. */
  next(): number;
  /** A whole number from 0 up to, but not, `count`. */
  below(count: number): number;
  chance(probability: number): boolean;
  /** Returns undefined if there is none. */
  pick<T>(from: readonly T[]): T | undefined;
  /** Returns another source, whose numbers do not depend on later calls of this one. */
  fork(): Random;
}

/** Mulberry32: small, and random enough to choose the deeds of a test. */
export function newRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (from) => from[below(from.length)],
    fork: () => newRandom(below(4294967296)),
  };
}
