/** What tests of rooms do again and again: try to send, and look at who may do what. */
import { attempt, call } from "./contract-client.ts";
import type { TestUser } from "./people.ts";

export function trySending(from: TestUser, roomId: string, content: string) {
  return attempt("sendMessage", { token: from.token, params: { room_id: roomId }, body: { content } });
}

export async function rolesOf(user: TestUser, roomId: string): Promise<Record<string, string>> {
  const page = await call("listParticipants", { token: user.token, params: { room_id: roomId } });
  return Object.fromEntries(page.results.map((one) => [one.id, one.room_role]));
}
