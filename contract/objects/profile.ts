import * as z from "zod";
import { deferred } from "../deferred.ts";
import { text } from "./values.ts";

/** The most characters that each text of a profile may have. */
export const profileLimits = {
  display_name: 100,
  first_name: 100,
  last_name: 100,
  bio: 500,
  specialization: 100,
  institution: 200,
  role: 100,
} as const;

/** The fields of a profile that its user sets. Null empties a field. */
export const profileFields = deferred(() =>
  z.object({
    display_name: text(1, profileLimits.display_name).nullish(),
    first_name: text(1, profileLimits.first_name).nullish(),
    last_name: text(1, profileLimits.last_name).nullish(),
    profile_picture: z
      .url({ protocol: /^https?$/, error: "must be an http or https URL" })
      .max(1024)
      .nullish(),
    bio: text(1, profileLimits.bio).nullish(),
    specialization: text(1, profileLimits.specialization).nullish(),
    institution: text(1, profileLimits.institution).nullish(),
    role: text(1, profileLimits.role).nullish(),
  }),
);
