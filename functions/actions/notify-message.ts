import type { Message } from "../../contract/objects/message.ts";
import type { Head } from "../data/heads.ts";
import type { StoredMessage } from "../data/messages.ts";
import { messageId } from "../kernel/ids.ts";
import type { MemberRoom } from "./access-room.ts";
import { getAudience, type Listeners, only } from "./audience.ts";
import { deliver, type Told } from "./deliver.ts";
import { hidesHistory, mayViewFrom } from "./history-viewers.ts";
import { presentReactions } from "./present-message.ts";
import { renderMessage } from "./render-message.ts";
import { getMessageParts, type MessageParts, viewMessage } from "./view-messages.ts";

/**
 * Who is told of a message's changes: those who may see it. Where the roster was not read, that is found out of those
 * who are connected.
 */
const getListeners = async (
  head: Head,
  stored: StoredMessage,
): Promise<readonly [Listeners, Pick<Told, "written_at">]> => {
  const audience = await getAudience(head);
  const { members } = audience;
  if (!hidesHistory(head)) return [audience, {}];
  if (!members) return [audience, { written_at: stored.at }];
  const viewers = new Set(
    members.filter((member) => mayViewFrom(head, member, stored.at)).map((member) => member.userId),
  );
  return [only(audience, (userId) => viewers.has(userId)), {}];
};

/** Tells everybody who is connected how a message is now, each in their own view, and gives the caller's. */
export const notifyUpdated = async ({ head, me }: MemberRoom, stored: StoredMessage): Promise<Message> => {
  const [listeners, limits] = await getListeners(head, stored);
  let reading: Promise<MessageParts> | undefined;
  const read = (userIds: readonly string[]): Promise<MessageParts> => {
    reading = getMessageParts(head, [stored], userIds);
    return reading;
  };
  await deliver(listeners, {
    ...limits,
    view: { type: "message_updated", seq: stored.seq },
    render: renderMessage(stored, read, me),
  });
  return viewMessage(await (reading ?? read([])), stored, me.userId, me);
};

export const notifyDeleted = async (head: Head, stored: StoredMessage): Promise<void> => {
  const { roomId, seq, rev } = stored;
  const [listeners, limits] = await getListeners(head, stored);
  await deliver(listeners, {
    ...limits,
    event: {
      type: "message_deleted",
      room_id: roomId,
      message_id: messageId(roomId, seq),
      seq,
      rev,
    },
  });
};

export const notifyReaction = async (head: Head, stored: StoredMessage): Promise<void> => {
  const { roomId, seq, rev } = stored;
  const [listeners, limits] = await getListeners(head, stored);
  await deliver(listeners, {
    ...limits,
    event: {
      type: "reaction",
      room_id: roomId,
      message_id: messageId(roomId, seq),
      reactions: presentReactions(stored),
      rev,
    },
  });
};
