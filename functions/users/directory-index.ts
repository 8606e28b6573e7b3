import { backoff } from "../kernel/runtime/retry.ts";
import { foldText, foundWords } from "../kernel/text/words.ts";
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

/** Signs of a name that decide its place in a list. */
const nameLength = 40;

/** A name as lists are ordered by it: folded, and without the signs that keys are made with. */
function sortName(name: string): string {
  return [...foldText(name).replaceAll("#", " ")].slice(0, nameLength).join("");
}

/** The words of texts, as many as are held, the first texts' first; none that begins another. */
function boundedWords(texts: readonly (readonly (string | null)[])[]): string[] {
  const kept: string[] = [];
  let bytes = 0;
  for (const word of texts.flatMap((some) => foundWords(some.filter((text) => text !== null).join("\n")))) {
    if (kept.some((one) => one.startsWith(word))) continue;
    bytes += Buffer.byteLength(word);
    if (kept.length === wordLimit.words || bytes > wordLimit.bytes) break;
    kept.push(word);
  }
  return kept.filter((word) => !kept.some((other) => other !== word && other.startsWith(word)));
}

/** What the directory is to hold of somebody: names come first, should there be too many words. */
function entryOf(profile: Profile): DirectoryEntry {
  const { display_name, first_name, last_name, username, role, institution } = profile;
  return {
    userId: profile.id,
    name: sortName(displayNameOf(profile)),
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

/** Tries again, a moment later, for as long as others change the same entry in between. */
async function untilDone(userId: string, change: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await backoff(attempt);
    if (await change()) return;
  }
  throw new Error(`The directory's entry of ${userId} changed ${attempts} times while it was to be changed.`);
}

/**
 * Brings the directory into line with somebody's profile as it is now. Called for each change of a profile, by the
 * follower of the table's stream; as often as one likes, and several at once. What is held is read before the profile:
 * then whoever replaces it has seen every change that was made before.
 */
export function indexProfile(userId: string): Promise<void> {
  return untilDone(userId, async () => {
    const held = await getDirectoryEntry(userId);
    const profile = await getProfile(userId, "consistent");
    if (!profile) return true;
    const entry = entryOf(profile);
    return (held && isSameEntry(held.entry, entry)) || replaceDirectoryEntry(held, entry);
  });
}

/** The same, and believes nothing of what is noted: each entry is looked at, and of who has no profile none stays. */
export function rebuildProfile(userId: string): Promise<void> {
  return untilDone(userId, async () => {
    const held = await getDirectoryEntry(userId);
    const profile = await getProfile(userId, "consistent");
    if (!profile) return !held || deleteDirectoryEntry(held);
    const entry = entryOf(profile);
    const isRight = held && isSameEntry(held.entry, entry) && (await isEntryComplete(entry));
    return isRight || replaceDirectoryEntry(held, entry);
  });
}

/** Removes those of some entries that belong to nobody any more, or to what somebody is no longer called. */
export async function removeStrays(entries: readonly Key[]): Promise<void> {
  for (const key of await listStrays(entries)) {
    const userId = userOfEntry(key);
    // What is held of this person may be what is wrong.
    await rebuildProfile(userId);
    await untilDone(userId, () => deleteStray(key));
  }
}
