import { directoryLimit, userOperations } from "../users.ts";
import { defaults } from "./defaults.ts";
import { describeOperations } from "./describe.ts";
import { notAdministrator, noUser } from "./errors.ts";
import { describeProfileFields } from "./objects/profile.ts";
import { describePage } from "./pages.ts";
import { paging } from "./parameters.ts";

const limit = directoryLimit.toLocaleString("en");

const bound =
  `The first ${limit} users by name are counted, and the pages reach no further. ` +
  "A new or changed profile is found a moment later.";

const filters = {
  ...paging,
  role: {
    description:
      "Lists only users with this role, compared as a whole, regardless of case and accents. 1 to 100 " +
      "characters. Default: all.",
    example: "Doctor",
  },
  institution: {
    description:
      "Lists only users of this institution, compared in the same way. 1 to 200 characters. Default: all.",
    example: "City Hospital",
  },
  specialization: {
    description:
      "Lists only users with this specialization, compared in the same way. 1 to 100 characters. " +
      "Default: all.",
    example: "Radiology",
  },
};

export const userDescriptions = describeOperations(userOperations, {
  listUsers: {
    description: `Lists all users by name. The filters combine. ${bound}`,
    query: filters,
    success: "A page of users.",
    errors: {},
  },
  searchUsers: {
    description:
      "Finds users by their names, username, role or institution, and lists them by name. Each word of " +
      "`q` must be the beginning of one of their words, in any order. Case and accents do not matter. " +
      `The first 5 words count. The filters combine with it. ${bound} If every word and filter matches ` +
      `more than ${limit} users, only those among the first ${limit} of each are found: one more letter ` +
      "finds the others.",
    query: {
      ...filters,
      q: { description: "The words to find, 1 to 100 characters.", example: "ada" },
    },
    success: "A page of users.",
    errors: {},
  },
  filterUsers: {
    description:
      "Lists users by name, like `listUsers`. The filters combine; without one, all users are listed. " +
      `${bound}`,
    query: filters,
    success: "A page of users.",
    errors: {},
  },
  getUser: {
    description: "Gets the profile of a user.",
    success: "The user.",
    errors: { not_found: noUser },
  },
  updateUser: {
    description:
      "The same as `updateProfile`; the id must be the caller's own. Fields that are left out stay as " +
      "they are, and null empties a field.",
    body: describeProfileFields("unchanged"),
    success: "The caller, as changed.",
    errors: { forbidden: "The id is not the caller's own." },
  },
  updateVerification: {
    description:
      "Sets whether a user is verified. Only administrators may: users whose token names the " +
      `administrators' group (\`${defaults.adminGroup}\` by default, a prop of the stack). A user who ` +
      "changes a name, `role`, `institution` or `specialization` is no longer verified.",
    body: { is_verified: { description: "Whether the user is who they say they are.", example: true } },
    success: "The user, as changed.",
    errors: { forbidden: notAdministrator, not_found: noUser },
  },
});

export const userSchemas = [
  describePage(userOperations.listUsers.success.schema, {
    page: "A page of users.",
    count: `How many users the list has, on all pages; at most ${limit}.`,
    results: "The users of this page.",
  }),
];
