import type { Message } from "../../contract/objects/message.ts";
import type { Head } from "../data/heads.ts";
import type { StoredMessage } from "../data/messages.ts";
import type { Presence } from "../data/presence.ts";
import { messageId } from "../kernel/ids.ts";
import type { MemberRoom } from "./access-room.ts";
import { getAudience, presencesOf } from "./audience.ts";
import { deliver } from "./deliver.ts";
import { presentReactions } from "./present-message.ts";
import { getMessageParts, viewMessage } from "./view-messages.ts";

/** Where those are connected who may see a message: not who joined after it, if their role may not view the history. */
const getListeners = async (head: Head, stored: StoredMessage): Promise<Presence[]> => {
  const audience = await getAudience(head.id, stored.senderId, head.rosterChunks);
  const members = audience.members.filter(
    (member) => head.permissions[member.role].can_view_history || member.joinedAt <= stored.at,
  );
  return presencesOf({ ...audience, members });
};

/** Tells everybody who is connected how a message is now, each in their own view, and gives the caller's. */
export const notifyUpdated = async ({ head, me }: MemberRoom, stored: StoredMessage): Promise<Message> => {
  const listeners = await getListeners(head, stored);
  const live = listeners.filter((presence) => presence.connections.length > 0);
  const parts = await getMessageParts(
    head,
    [stored],
    live.map((presence) => presence.userId),
  );
  const byUser = new Map(parts.memberships.map((membership) => [membership.userId, membership]));
  await deliver(live, head.id, (userId) => ({
    type: "message_updated",
    message: viewMessage(parts, stored, userId, userId === me.userId ? me : byUser.get(userId)),
  }));
  return viewMessage(parts, stored, me.userId, me);
};

export const notifyDeleted = async (head: Head, stored: StoredMessage): Promise<void> => {
  const { roomId, seq, rev } = stored;
  const message = messageId(roomId, seq);
  await deliver(await getListeners(head, stored), roomId, {
    type: "message_deleted",
    room_id: roomId,
    message_id: message,
    seq,
    rev,
  });
};

export const notifyReaction = async (head: Head, stored: StoredMessage): Promise<void> => {
  const { roomId, seq, rev } = stored;
  await deliver(await getListeners(head, stored), roomId, {
    type: "reaction",
    room_id: roomId,
    message_id: messageId(roomId, seq),
    reactions: presentReactions(stored),
    rev,
  });
};
