import type { ServerEvent } from "../../contract/events.ts";
import { deliver } from "../delivery/deliver.ts";
import { getTrackedReaders } from "../rooms/tracked-readers.ts";
import { type Head, isBlocked } from "../store/rooms/heads.ts";
import { batchGet } from "../store/table/batch-get.ts";

/**
 * Tells the other members of a room of somebody's mark; nobody in a room too large for all to witness it, where every
 * member's every mark would go to all the others (docs/decisions/004-receipts-in-large-rooms.md), nor in a direct room of
 * two of whom one blocks the other: it would tell that they are there.
 */
export async function publishMarks(
  head: Head,
  userId: string,
  event: Extract<ServerEvent, { type: "read_receipt" | "delivered" }>,
): Promise<void> {
  if (isBlocked(head)) return;
  const { members, all } = await getTrackedReaders(head);
  if (!all) return;
  const others = members.filter((member) => member.userId !== userId);
  const { people } = await batchGet({ presences: others.map((member) => member.userId) });
  await deliver(
    {
      roomId: head.id,
      userIds: others.map((member) => member.userId),
      presences: people.presences,
      stillIn: { by: "roster", chunks: head.rosterChunks },
    },
    { event },
  );
}
