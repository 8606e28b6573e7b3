import type { StreamHandlers } from "../store/background/changes.ts";
import { indexProfile } from "./directory-index.ts";

/** The directory finds users by what their profiles say now. */
export const userStreamHandlers = {
  profileCreated: ({ id }) => indexProfile(id),

  profileChanged: ({ after }) => indexProfile(after.id),
} satisfies StreamHandlers;
