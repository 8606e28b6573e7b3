import type { Membership } from "../data/memberships.ts";
import type { StoredMessage } from "../data/messages.ts";
import type { Render } from "./deliver.ts";
import { type MessageParts, viewMessage } from "./view-messages.ts";

/**
 * A message as each of these people sees it now. `read` reads what its view is made of (see getMessageParts); `known` is
 * a membership that was read, or written, just before.
 */
export const renderMessage =
  (
    stored: StoredMessage,
    read: (userIds: readonly string[]) => Promise<MessageParts>,
    known?: Membership,
  ): Render =>
  async (userIds) => {
    const parts = await read(userIds);
    const byUser = new Map(parts.memberships.map((membership) => [membership.userId, membership]));
    if (known) byUser.set(known.userId, known);
    return (userId) => ({
      type: "message_updated",
      message: viewMessage(parts, stored, userId, byUser.get(userId)),
    });
  };
