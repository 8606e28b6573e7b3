import type { StreamHandlers } from "../store/background/changes.ts";
import { sendTask } from "../store/queues/tasks.ts";
import { isPurged } from "./deleted-rooms.ts";

/**
 * Seconds until the content of a deleted room is removed. A request that began before the deletion
 * may still write into the room, and no request runs longer than 29 seconds (`lib/functions.ts`).
 * Requests that begin later are refused.
 */
const removalDelaySeconds = 60;

/**
 * Seconds until a task checks that the request that ended a membership finished: no request runs
 * longer than 29 seconds.
 */
const departureDelaySeconds = 60;

export const roomStreamHandlers = {
  /** Plans the removal of what a deleted room holds. */
  roomDeleted: async ({ id }) => {
    await sendTask({ task: "remove_room_items", room_id: id }, removalDelaySeconds);
  },

  /**
   * Plans the completion of a departure. The request that ended the membership also takes the
   * member off the room's lists, and may have been interrupted before that. The check waits, since
   * the request mostly still runs when the change arrives.
   */
  memberRemoved: async ({ membership, chunk }) => {
    if (await isPurged(membership.roomId)) return;
    await sendTask(
      {
        task: "complete_departure",
        room_id: membership.roomId,
        user_id: membership.userId,
        chunk,
        joined_at: membership.joinedAt,
        role: membership.role,
      },
      departureDelaySeconds,
    );
  },
} satisfies StreamHandlers;
