import type { ServerEvent } from "../../contract/events.ts";
import type { Room } from "../../contract/objects/room.ts";
import type { Render } from "../delivery/deliver.ts";
import { fittingBeside } from "../delivery/split-event.ts";
import { participantsInList } from "../rooms/list.ts";
import { viewRoomAs } from "../rooms/view.ts";
import type { Head } from "../store/rooms/heads.ts";
import type { Membership } from "../store/rooms/memberships.ts";

type RoomEvent = Extract<ServerEvent, { type: "room_created" | "room_updated" }>;

/** An event that can be posted: with as many of the room's first participants as it has room for. */
const eventOf = (type: RoomEvent["type"], room: Room): RoomEvent => {
  const rest = { type, room: { ...room, participants: [] } };
  return { type, room: { ...room, participants: fittingBeside(rest, room.participants) } };
};

/** A room as each of its members sees it; nobody else does. `known` are memberships that were read, or written, just before. */
export const renderRoom =
  (type: "room_created" | "room_updated", head: Head, known: readonly Membership[] = []): Render =>
  async (userIds) => {
    const viewAs = await viewRoomAs(head, userIds, participantsInList, known);
    return (userId) => {
      const room = viewAs(userId);
      return room && eventOf(type, room);
    };
  };
