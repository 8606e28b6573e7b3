import { call } from "./contract-client.ts";
import type { TestUser } from "./people.ts";

export const block = (user: TestUser, other: TestUser) =>
  call("blockContact", { token: user.token, params: { contact_id: other.id } });
export const unblock = (user: TestUser, other: TestUser) =>
  call("unblockContact", { token: user.token, params: { contact_id: other.id } });
