import type { ServerEvent } from "../../contract/events.ts";
import { blockedSince, type Presence, presenceSeenBy } from "../store/presence/presence.ts";
import type { EventFor } from "./post-event.ts";

/**
 * The event of a new message as these people see it: all alike, but that of two of whom one blocks the other, each is as if
 * gone to the other. Everything else that shows people is made for its receiver alone.
 */
export function messageSeenBy(
  event: ServerEvent,
  sender: Presence,
  receivers: readonly Presence[],
): EventFor {
  if (event.type !== "message") return event;
  const apart = receivers.filter((receiver) => blockedSince(sender, receiver) !== undefined);
  if (apart.length === 0) return event;
  const { message } = event;
  const own = new Map(
    apart.map((receiver): [string, ServerEvent] => {
      const { isOnline, lastSeen } = presenceSeenBy(sender, receiver);
      const shown = { ...message.sender, is_online: isOnline, last_seen: lastSeen };
      return [receiver.userId, { type: "message", message: { ...message, sender: shown } }];
    }),
  );
  return (userId) => own.get(userId) ?? event;
}
