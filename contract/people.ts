import * as z from "zod";
import { deferred } from "./deferred.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { profileFields } from "./objects/profile.ts";
import { user } from "./objects/user.ts";
import { id, text } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

export const userParams = deferred(() => z.object({ user_id: id() }));

/** What narrows the directory down: each is compared as a whole, without regard to case and accents. */
const directoryQuery = deferred(() =>
  pageQuery().extend({
    role: text(1, 100).optional(),
    institution: text(1, 200).optional(),
    specialization: text(1, 100).optional(),
  }),
);

const userPage = pageOf("UserPage", user);

const visibility =
  "`email` is shown of oneself, of one's contacts and of those with whom one has a direct room; the user alone shows it of everybody who shares a room.";

/** How many people of a list or a search are counted, and can be paged to. */
export const directoryLimit = 1000;

const bound = `The first ${directoryLimit} by name are counted and paged. A profile that was just made or changed is found as it is a moment later.`;

export const peopleOperations = {
  listUsers: defineOperation({
    id: "listUsers",
    area: "users",
    method: "GET",
    path: "/api/chat/users",
    summary: "List people by name",
    description: `The filters combine. ${bound} ${visibility}`,
    auth: "user",
    query: directoryQuery,
    success: { status: 200, schema: userPage },
    errors: [],
  }),
  // Ahead of getUser, whose path would match these two as well.
  searchUsers: defineOperation({
    id: "searchUsers",
    area: "users",
    method: "GET",
    path: "/api/chat/users/search",
    summary: "Search people by name, username, role or institution",
    description: `Each word of \`q\` must be the beginning of a word of these, in any order, case and accents aside; the first 5 count. Combines with the filters. ${bound} Where each word, and the filters, match more than ${directoryLimit} people, those among the first ${directoryLimit} of each are found: another letter finds the others. ${visibility}`,
    auth: "user",
    query: deferred(() => directoryQuery().extend({ q: text(1, 100) })),
    success: { status: 200, schema: userPage },
    errors: [],
  }),
  filterUsers: defineOperation({
    id: "filterUsers",
    area: "users",
    method: "GET",
    path: "/api/chat/users/filter",
    summary: "List people by role, institution and specialization",
    description: `The filters combine; without any, everybody is listed. ${bound} ${visibility}`,
    auth: "user",
    query: directoryQuery,
    success: { status: 200, schema: userPage },
    errors: [],
  }),
  getUser: defineOperation({
    id: "getUser",
    area: "users",
    method: "GET",
    path: "/api/chat/users/{user_id}",
    summary: "Get somebody's profile",
    description:
      "`email` is shown of oneself, of one's contacts and of everybody who shares a room with one.",
    auth: "user",
    params: userParams,
    success: { status: 200, schema: user },
    errors: ["not_found"],
  }),
  updateUser: defineOperation({
    id: "updateUser",
    area: "users",
    method: "PUT",
    path: "/api/chat/users/{user_id}",
    summary: "Change one's own profile; oneself only",
    description: "The same as updateProfile: fields that are left out stay as they are; null empties one.",
    auth: "user",
    params: userParams,
    body: profileFields,
    success: { status: 200, schema: user },
    errors: ["forbidden"],
  }),
  updateVerification: defineOperation({
    id: "updateVerification",
    area: "users",
    method: "PUT",
    path: "/api/chat/users/{user_id}/verification",
    summary: "Say whether somebody is verified; for administrators",
    description:
      "What is verified is who somebody says they are: once they change a name of theirs, `role`, `institution` or `specialization`, `is_verified` is false again.",
    auth: "user",
    params: userParams,
    body: deferred(() => z.object({ is_verified: z.boolean() })),
    success: { status: 200, schema: user },
    errors: ["forbidden", "not_found"],
  }),
};
