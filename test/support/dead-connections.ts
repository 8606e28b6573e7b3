import { internals, keys } from "./internals.ts";

/**
 * Writes connections into a user's presence that the gateway does not know, opened `minutes` before
 * `at`.
 */
export async function leaveDead(userId: string, at: string, count = 1, minutes = 5): Promise<void> {
  const { connectionEntryOf } = await internals.presence();
  const { updateItem } = await internals.table();
  const now = Date.parse(at);
  const entry = connectionEntryOf({
    id: "",
    userId,
    connectedAt: now - minutes * 60_000,
    tokenExpiresAt: Math.floor(now / 1000) + 3600,
    roomId: undefined,
  });
  const ids = Array.from({ length: count }, (_, index) => `dead-${index}=`);
  await updateItem(keys.presence(userId), {
    set: { connections: Object.fromEntries(ids.map((id) => [id, entry])) },
  });
}
