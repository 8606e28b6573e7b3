import type { Room } from "../../contract/objects/room.ts";
import type { Head } from "../data/heads.ts";
import type { Membership } from "../data/memberships.ts";
import type { Render } from "./deliver.ts";
import { inParts } from "./event-parts.ts";
import { participantsInList } from "./list-rooms.ts";
import { viewRoomAs } from "./view-room.ts";

/** A room that fits into an event: with as many of its first participants as there is room for. */
const forEvent = (room: Room): Room => ({ ...room, participants: inParts(room.participants)[0] ?? [] });

/** A room as each of its members sees it; nobody else does. `known` are memberships that were read, or written, just before. */
export const renderRoom =
  (type: "room_created" | "room_updated", head: Head, known: readonly Membership[] = []): Render =>
  async (userIds) => {
    const viewAs = await viewRoomAs(head, userIds, participantsInList, known);
    return (userId) => {
      const room = viewAs(userId);
      return room && { type, room: forEvent(room) };
    };
  };
