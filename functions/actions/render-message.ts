import type { ServerEvent } from "../../contract/events.ts";
import type { Message } from "../../contract/objects/message.ts";
import type { Render } from "../delivery/deliver.ts";
import { fittingBeside } from "../delivery/split-event.ts";
import { type MessageParts, viewMessage } from "../messages/view.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import type { Membership } from "../store/rooms/memberships.ts";

/** An event that can be posted: it names as many of the readers as it has room for. */
const eventOf = (message: Message): ServerEvent => {
  const type = "message_updated";
  const rest = { type, message: { ...message, read_by: [] } };
  return { type, message: { ...message, read_by: fittingBeside(rest, message.read_by) } };
};

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
    return (userId) => eventOf(viewMessage(parts, stored, userId, byUser.get(userId)));
  };
