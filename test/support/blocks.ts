import { call } from "./contract-client.ts";
import type { TestUser } from "./people.ts";

export function block(user: TestUser, other: TestUser) {
  return call("blockContact", { token: user.token, params: { contact_id: other.id } });
}
export function unblock(user: TestUser, other: TestUser) {
  return call("unblockContact", { token: user.token, params: { contact_id: other.id } });
}
