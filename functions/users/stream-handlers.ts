import type { Change } from "../store/background/changes.ts";
import { indexProfile } from "./directory-index.ts";

/** A profile was made, or changed: the directory finds people by what they say of themselves now. */
export async function onProfileChanged(change: Change): Promise<void> {
  if (change.kind !== "profile" || !change.after) return;
  await indexProfile(change.after.id);
}
