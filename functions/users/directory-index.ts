import { backoff } from "../kernel/runtime/retry.ts";
import { foldText, indexWords } from "../kernel/text/words.ts";
import type { Key } from "../store/table/keys.ts";
import {
  type DirectoryEntry,
  deleteDirectoryEntry,
  deleteStray,
  filterFields,
  filterValue,
  getDirectoryEntry,
  isEntryComplete,
  isSameEntry,
  listStrays,
  replaceDirectoryEntry,
  userOfEntry,
  wordLimit,
} from "../store/users/directory.ts";
import { getProfile, type Profile } from "../store/users/profiles.ts";
import { displayNameOf } from "./present.ts";

/** Characters of a name that decide its place in a list. */
const nameLength = 40;

/**
 * Returns a name as lists are ordered by it: folded, and without the character that separates the
 * parts of a key.
 */
function sortableName(name: string): string {
  return [...foldText(name).replaceAll("#", " ")].slice(0, nameLength).join("");
}

/**
 * Returns the words of texts, up to the limit of the directory. The words of the first texts come
 * first. A word that is a prefix of another is left out.
 */
function boundedWords(texts: readonly (readonly (string | null)[])[]): string[] {
  const words: string[] = [];
  let bytes = 0;
  for (const word of texts.flatMap((group) => indexWords(group.filter((text) => text !== null).join("\n")))) {
    if (words.some((kept) => kept.startsWith(word))) continue;
    bytes += Buffer.byteLength(word);
    if (words.length === wordLimit.words || bytes > wordLimit.bytes) break;
    words.push(word);
  }
  return words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)));
}

/** Returns a user's entry in the directory. Names come first, in case there are too many words. */
function entryOf(profile: Profile): DirectoryEntry {
  const { display_name, first_name, last_name, username, role, institution } = profile;
  return {
    userId: profile.id,
    name: sortableName(displayNameOf(profile)),
    words: boundedWords([
      [username, display_name, first_name, last_name],
      [role, institution],
    ]),
    ...Object.fromEntries(
      filterFields.flatMap((field) =>
        profile[field] === null ? [] : [[field, filterValue(profile[field])]],
      ),
    ),
  };
}

const attempts = 20;

/**
 * Repeats a change, a moment later, for as long as other calls change the same entry in between.
 */
async function repeatUntilDone(userId: string, change: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await backoff(attempt);
    if (await change()) return;
  }
  throw new Error(`The directory entry of ${userId} changed ${attempts} times during one change.`);
}

/**
 * Brings the directory in line with a user's current profile. The stream handler calls it for each
 * change of a profile; repeated and concurrent calls are harmless. The stored entry is read before
 * the profile. So a call that replaces the entry has seen every change that was made before it.
 */
export function indexProfile(userId: string): Promise<void> {
  return repeatUntilDone(userId, async () => {
    const stored = await getDirectoryEntry(userId);
    const profile = await getProfile(userId, "consistent");
    if (!profile) return true;
    const entry = entryOf(profile);
    return (stored && isSameEntry(stored.entry, entry)) || replaceDirectoryEntry(stored, entry);
  });
}

/**
 * Does the same without trusting the stored entry. It checks each of its items, and deletes the
 * entry of a user without a profile.
 */
export function rebuildProfile(userId: string): Promise<void> {
  return repeatUntilDone(userId, async () => {
    const stored = await getDirectoryEntry(userId);
    const profile = await getProfile(userId, "consistent");
    if (!profile) return !stored || deleteDirectoryEntry(stored);
    const entry = entryOf(profile);
    const isCorrect = stored && isSameEntry(stored.entry, entry) && (await isEntryComplete(entry));
    return isCorrect || replaceDirectoryEntry(stored, entry);
  });
}

/**
 * Removes the stray items among these. They belong to a user without a profile, or to a word that
 * is no longer part of the profile.
 */
export async function removeStrays(entries: readonly Key[]): Promise<void> {
  for (const key of await listStrays(entries)) {
    const userId = userOfEntry(key);
    // The user's stored entry may itself be wrong.
    await rebuildProfile(userId);
    await repeatUntilDone(userId, () => deleteStray(key));
  }
}
