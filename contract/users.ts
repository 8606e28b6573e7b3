import * as z from "zod";
import { deferred } from "./deferred.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { profileFields } from "./objects/profile.ts";
import { user } from "./objects/user.ts";
import { id, text } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

export const userParams = deferred(() => z.object({ user_id: id() }));

/** Filters of the directory. Each is compared as a whole, regardless of case and accents. */
const directoryQuery = deferred(() =>
  pageQuery().extend({
    role: text(1, 100).optional(),
    institution: text(1, 200).optional(),
    specialization: text(1, 100).optional(),
  }),
);

const userPage = pageOf("UserPage", user);

/** The most users of a list or a search that are counted, and that its pages reach. */
export const directoryLimit = 1000;

export const userOperations = {
  listUsers: defineOperation({
    id: "listUsers",
    area: "users",
    method: "GET",
    path: "/api/chat/users",
    summary: "List users",
    auth: "user",
    query: directoryQuery,
    success: { status: 200, schema: userPage },
    errors: [],
  }),
  // Before getUser: the router takes the first path that matches, and `search` matches `{user_id}`.
  searchUsers: defineOperation({
    id: "searchUsers",
    area: "users",
    method: "GET",
    path: "/api/chat/users/search",
    summary: "Search users",
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
    summary: "List users by role, institution and specialization",
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
    summary: "Get a user",
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
    summary: "Change the caller's profile, by user id",
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
    summary: "Set whether a user is verified",
    auth: "user",
    params: userParams,
    body: deferred(() => z.object({ is_verified: z.boolean() })),
    success: { status: 200, schema: user },
    errors: ["forbidden", "not_found"],
  }),
};
