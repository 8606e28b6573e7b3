import type { Change } from "../store/background/changes.ts";
import { reviewDeletedFile } from "./remove.ts";

/** An upload that no message kept is gone, as it was to be after a day, or because its uploader deleted it. */
export const followDeletedFile = async (change: Change): Promise<void> => {
  if (change.kind !== "file" || change.after || !change.before || change.before.expiresAt === null) return;
  await reviewDeletedFile(change.before);
};
