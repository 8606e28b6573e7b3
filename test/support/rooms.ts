import { call } from "./contract-client.ts";
import type { TestUser } from "./people.ts";

export async function rolesOf(user: TestUser, roomId: string): Promise<Record<string, string>> {
  const page = await call("listParticipants", { token: user.token, params: { room_id: roomId } });
  return Object.fromEntries(page.results.map((one) => [one.id, one.room_role]));
}
