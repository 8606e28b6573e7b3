import * as z from "zod";
import { deferred } from "../deferred.ts";
import { text } from "./values.ts";

/** What people say of themselves. Null empties a field. */
export const profileFields = deferred(() =>
  z.object({
    display_name: text(1, 100).nullish(),
    first_name: text(1, 100).nullish(),
    last_name: text(1, 100).nullish(),
    profile_picture: z
      .url({ protocol: /^https?$/, error: "must be an http or https URL" })
      .max(1024)
      .nullish(),
    bio: text(1, 500).nullish(),
    specialization: text(1, 100).nullish(),
    institution: text(1, 200).nullish(),
    role: text(1, 100).nullish(),
  }),
);
