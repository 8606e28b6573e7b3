import type { Membership } from "../store/rooms/memberships.ts";

/** Whether a member wants to be notified of what happens in their room just now; of emergencies everybody is. */
export const wantsNotifications = ({ notifications, mutedUntil }: Membership): boolean =>
  notifications && (mutedUntil === null || Date.parse(mutedUntil) <= Date.now());
