import { usernameLimit } from "../../contract/auth.ts";

/** Mentions of a message that count: each is a read. */
const mentionLimit = 20;
/** What a mention may name: with a full stop and the next sentence right behind it, more than the username. */
const readingsLimit = 3;

/** An `@` that does not stand in an e-mail address, and all that a username may have (see contract/auth.ts). */
const mention = /(?<![\p{L}\p{M}\p{N}._-])@([\p{L}\p{N}][\p{L}\p{N}._-]*)/gu;

/** What a mention may mean, the longest first: `ann.lee.See` is ann.lee.See, ann.lee or ann. No username ends in a sign. */
const readingsOf = (text: string): string[] => {
  // As much as can matter, so that a text that is one long mention takes no time.
  const beginning = text.slice(0, 2 * usernameLimit + 1);
  const ends = [...beginning.matchAll(/[\p{L}\p{N}](?=[._-]|$)/gu)].map(
    ({ index, 0: sign }) => index + sign.length,
  );
  return ends
    .filter((end) => end < beginning.length || beginning === text)
    .map((end) => text.slice(0, end))
    .filter((name) => [...name].length <= usernameLimit)
    .reverse()
    .slice(0, readingsLimit);
};

/** Whom a text may mention: of each mention, the usernames that it can mean, the likeliest first. */
export const mentionedNames = (content: string): string[][] => {
  // As usernames are compared: in one of the ways in which Unicode can write them.
  const found = [...content.normalize("NFKC").matchAll(mention)].map(([, text = ""]) => text);
  return [...new Set(found)].slice(0, mentionLimit).map(readingsOf);
};
