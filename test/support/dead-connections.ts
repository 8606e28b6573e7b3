/** Leaves connections in somebody's presence, of some minutes before `at`, that the gateway knows nothing of. */
export async function leaveDead(userId: string, at: string, count = 1, minutes = 5): Promise<void> {
  const { keys } = await import("../../functions/store/table/keys.ts");
  const { connectionEntryOf } = await import("../../functions/store/presence/presence.ts");
  const { updateItem } = await import("../../functions/store/table/table.ts");
  const now = Date.parse(at);
  const entry = connectionEntryOf({
    id: "",
    userId,
    connectedAt: now - minutes * 60_000,
    tokenExpiresAt: Math.floor(now / 1000) + 3600,
    roomId: undefined,
  });
  const ids = Array.from({ length: count }, (_, index) => `gone-${index}=`);
  await updateItem(keys.presence(userId), {
    set: { connections: Object.fromEntries(ids.map((id) => [id, entry])) },
  });
}
