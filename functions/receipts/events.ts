import type { ServerEvent } from "../../contract/events.ts";
import { deliver } from "../delivery/deliver.ts";
import { getTrackedReaders } from "../rooms/tracked-readers.ts";
import { type Head, isBlocked } from "../store/rooms/heads.ts";
import { batchGet } from "../store/table/batch-get.ts";

/**
 * Publishes a member's mark to the other members of a room. A room with untracked members gets no
 * event, because each mark of each member would go to all others
 * (docs/decisions/004-receipts-in-large-rooms.md). A direct room whose members are blocked gets
 * none either, because a mark would reveal activity.
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
