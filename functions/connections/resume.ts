import type { ServerEvent } from "../../contract/events.ts";
import { type Held, listMovedRooms } from "../actions/list-moved-rooms.ts";
import { inParts } from "../delivery/split-event.ts";

type Hello = Extract<ServerEvent, { type: "hello" }>;
type Part = Pick<Hello, "rooms" | "removed">;

/**
 * What a client that names what it holds is told: one event, or several where one cannot carry it. Each says how many
 * entries are still to come, so that a client sees whether one was lost, or rooms that it named were not looked up.
 */
export const answerHello = async (userId: string, held: Readonly<Record<string, Held>>): Promise<Hello[]> => {
  const { moved, removed, left } = await listMovedRooms(userId, held);
  const parts: Part[] = inParts<Part["rooms"][number] | string>([...moved, ...removed]).map((entries) => ({
    rooms: entries.filter((entry) => typeof entry !== "string"),
    removed: entries.filter((entry) => typeof entry === "string"),
  }));
  if (parts.length === 0) parts.push({ rooms: [], removed: [] });
  let remaining = moved.length + removed.length + left;
  return parts.map((part) => {
    remaining -= part.rooms.length + part.removed.length;
    return { type: "hello", user_id: userId, ...part, remaining };
  });
};
