import * as z from "zod";
import { deferred } from "../deferred.ts";
import { timestamp } from "./values.ts";

/** A user, as another user sees them. `email` is null if the viewer may not see it. */
export const user = deferred(() =>
  z
    .object({
      id: z.string(),
      username: z.string(),
      email: z.string().nullable(),
      display_name: z.string(),
      full_name: z.string().nullable(),
      first_name: z.string().nullable(),
      last_name: z.string().nullable(),
      profile_picture: z.string().nullable(),
      clerk_profile_image_url: z.string().nullable(),
      bio: z.string().nullable(),
      specialization: z.string().nullable(),
      institution: z.string().nullable(),
      role: z.string().nullable(),
      is_verified: z.boolean(),
      is_online: z.boolean(),
      last_seen: timestamp().nullable(),
    })
    .meta({ id: "User" }),
);

export type User = z.output<ReturnType<typeof user>>;
