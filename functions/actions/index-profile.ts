import {
  type DirectoryEntry,
  filterFields,
  getDirectoryEntry,
  isSameEntry,
  replaceDirectoryEntry,
  wordLimit,
} from "../data/directory.ts";
import { getProfile, type Profile } from "../data/profiles.ts";
import { pause } from "../kernel/pause.ts";
import { foldText, foundWords } from "../kernel/words.ts";
import { displayNameOf } from "./present-user.ts";

/** Signs of a name that decide its place in a list. */
const nameLength = 60;

/** A name as lists are ordered by it: folded, and without the signs that keys are made with. */
const sortName = (name: string): string =>
  [...foldText(name).replaceAll("#", " ")].slice(0, nameLength).join("");

/** What the directory is to hold of somebody: names come first, should there be too many words. */
const entryOf = (profile: Profile): DirectoryEntry => {
  const { display_name, first_name, last_name, username, role, institution } = profile;
  const texts = [username, display_name, first_name, last_name, role, institution];
  const words = foundWords(texts.filter((text) => text !== null).join("\n"));
  return {
    userId: profile.id,
    name: sortName(displayNameOf(profile)),
    words: words.slice(0, wordLimit),
    ...Object.fromEntries(
      filterFields.flatMap((field) => (profile[field] === null ? [] : [[field, foldText(profile[field])]])),
    ),
  };
};

const attempts = 20;

/**
 * Brings the directory into line with somebody's profile as it is now. Called for each change of a profile, by the
 * follower of the table's stream, and by a rebuild for every profile; as often as one likes, and several at once. What
 * is held is read before the profile: then whoever replaces it has seen every change that was made before.
 */
export const indexProfile = async (userId: string): Promise<void> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await pause(attempt);
    const held = await getDirectoryEntry(userId);
    const profile = await getProfile(userId, "consistent");
    if (!profile) return;
    const entry = entryOf(profile);
    if (held && isSameEntry(held.entry, entry)) return;
    if (await replaceDirectoryEntry(held, entry)) return;
  }
  throw new Error(`The directory's entry of ${userId} changed ${attempts} times while it was to be changed.`);
};
