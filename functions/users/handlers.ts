import type { userOperations } from "../../contract/users.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import type { HandlerRequest, Handlers } from "../kernel/http/http.ts";
import { numberedPage, sliceOf } from "../kernel/http/page.ts";
import { presentSelf } from "./present.ts";
import { updateOwnProfile } from "./profiles.ts";
import { findUsers } from "./search.ts";
import { verifyUser, viewUser } from "./view.ts";

type Listing = Pick<HandlerRequest<typeof userOperations.listUsers>, "actor" | "url"> & {
  readonly query: HandlerRequest<typeof userOperations.listUsers>["query"] & { readonly q?: string };
};

async function list({ actor, query, url }: Listing) {
  const { page, page_size, skip, ...search } = query;
  const { count, users } = await findUsers(actor.userId, search, sliceOf(query));
  return numberedPage(url, query, { count, results: users });
}

export const userHandlers: Handlers<typeof userOperations> = {
  listUsers: list,
  searchUsers: list,
  filterUsers: list,

  getUser: ({ actor, params }) => viewUser(actor.userId, params.user_id),

  updateUser: async ({ actor, params, body }) => {
    if (params.user_id !== actor.userId)
      throw new ApiError("forbidden", "This is not your id: you can change your own profile alone.");
    return presentSelf(await updateOwnProfile(actor, body));
  },

  updateVerification: ({ actor, params, body }) => verifyUser(actor, params.user_id, body.is_verified),
};
