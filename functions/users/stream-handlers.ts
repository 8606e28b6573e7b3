import type { Change } from "../store/background/changes.ts";
import { indexProfile } from "./directory-index.ts";

/** Updates the directory when a profile is created or changed. */
export async function onProfileChanged(change: Change): Promise<void> {
  if (change.kind !== "profile" || !change.after) return;
  await indexProfile(change.after.id);
}
