/** What tests of rooms do again and again: try to send, and look at who may do what. */
import { attempt, call } from "./contract-client.ts";
import type { TestUser } from "./people.ts";

export const trySending = (from: TestUser, roomId: string, content: string) =>
  attempt("sendMessage", { token: from.token, params: { room_id: roomId }, body: { content } });

export const rolesOf = async (user: TestUser, roomId: string): Promise<Record<string, string>> => {
  const page = await call("listParticipants", { token: user.token, params: { room_id: roomId } });
  return Object.fromEntries(page.results.map((one) => [one.id, one.room_role]));
};
