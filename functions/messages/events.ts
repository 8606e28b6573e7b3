import type { ServerEvent } from "../../contract/events.ts";
import type { Message } from "../../contract/objects/message.ts";
import { getAudience } from "../delivery/audience.ts";
import { deliver, type Render } from "../delivery/deliver.ts";
import { fittingBeside } from "../delivery/split-event.ts";
import { viewerLimits } from "../delivery/viewers.ts";
import { messageId } from "../kernel/runtime/ids.ts";
import type { MemberRoom } from "../rooms/access.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import type { Head } from "../store/rooms/heads.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { presentReactions } from "./present.ts";
import { getMessageParts, type MessageParts, viewMessage } from "./view.ts";

/** Returns the event, small enough to be posted: it names as many readers as it has room for. */
function eventOf(message: Message): ServerEvent {
  const type = "message_updated";
  const rest = { type, message: { ...message, read_by: [] } };
  return { type, message: { ...message, read_by: fittingBeside(rest, message.read_by) } };
}

/**
 * Renders a message for each viewer, as it is now. `read` reads the parts of the view (see
 * getMessageParts). `known` is a membership that was read or written just before.
 */
export function renderMessage(
  stored: StoredMessage,
  read: (userIds: readonly string[]) => Promise<MessageParts>,
  known?: Membership,
): Render {
  return async (userIds) => {
    const parts = await read(userIds);
    const byUser = new Map(parts.memberships.map((membership) => [membership.userId, membership]));
    if (known) byUser.set(known.userId, known);
    return (userId) => eventOf(viewMessage(parts, stored, userId, byUser.get(userId)));
  };
}

/**
 * Publishes the present state of a message to all connected members, each with their own view.
 * Returns the caller's view.
 */
export async function publishUpdated({ head, me }: MemberRoom, stored: StoredMessage): Promise<Message> {
  let reading: Promise<MessageParts> | undefined;
  const read = (userIds: readonly string[]): Promise<MessageParts> => {
    reading = getMessageParts(head, [stored], userIds);
    return reading;
  };
  await deliver(await getAudience(head), {
    ...viewerLimits(head, stored.seq),
    view: { type: "message_updated", seq: stored.seq },
    render: renderMessage(stored, read, me),
  });
  return viewMessage(await (reading ?? read([])), stored, me.userId, me);
}

export async function publishDeleted(head: Head, stored: StoredMessage): Promise<void> {
  const { roomId, seq, rev } = stored;
  await deliver(await getAudience(head), {
    ...viewerLimits(head, seq),
    event: {
      type: "message_deleted",
      room_id: roomId,
      message_id: messageId(roomId, seq),
      seq,
      rev,
    },
  });
}

export async function publishReaction(head: Head, stored: StoredMessage): Promise<void> {
  const { roomId, seq, rev } = stored;
  await deliver(await getAudience(head), {
    ...viewerLimits(head, seq),
    event: {
      type: "reaction",
      room_id: roomId,
      message_id: messageId(roomId, seq),
      reactions: presentReactions(stored),
      rev,
    },
  });
}
