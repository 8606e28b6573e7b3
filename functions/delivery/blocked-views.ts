import type { ServerEvent } from "../../contract/events.ts";
import { blockedSince, type Presence, presenceSeenBy } from "../store/presence/presence.ts";
import type { EventFor } from "./post-event.ts";

/**
 * Returns the event of a new message as each recipient sees it. All recipients see the same, except
 * a recipient whom a block separates from the sender. That recipient sees the sender as offline.
 * All other events that show users are made for one recipient.
 */
export function messageSeenBy(
  event: ServerEvent,
  sender: Presence,
  recipients: readonly Presence[],
): EventFor {
  if (event.type !== "message") return event;
  const blocked = recipients.filter((recipient) => blockedSince(sender, recipient) !== undefined);
  if (blocked.length === 0) return event;
  const { message } = event;
  const ownEvents = new Map(
    blocked.map((recipient): [string, ServerEvent] => {
      const { isOnline, lastSeen } = presenceSeenBy(sender, recipient);
      const shown = { ...message.sender, is_online: isOnline, last_seen: lastSeen };
      return [recipient.userId, { type: "message", message: { ...message, sender: shown } }];
    }),
  );
  return (userId) => ownEvents.get(userId) ?? event;
}
