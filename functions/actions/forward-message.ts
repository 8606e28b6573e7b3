import { type MediaKind, mediaKinds } from "../../contract/media-types.ts";
import type { Head } from "../data/heads.ts";
import { recentSeq } from "../data/memberships.ts";
import type { StoredMessage } from "../data/messages.ts";
import { getTogether } from "../data/together.ts";
import type { Actor } from "../kernel/actor.ts";
import { noRoomAccess } from "../kernel/api-error.ts";
import { messageId as idOf, newRoomId } from "../kernel/ids.ts";
import { accessMessage, accessPresent } from "./access-message.ts";
import { accessSending } from "./access-sending.ts";
import { type Sent, sendMessage } from "./send-message.ts";

/**
 * Throws `forbidden` unless the caller may send in each room, before anything is sent to any of them. Where an earlier
 * call with the same client's id has sent, its repeat decides for itself.
 */
const accessTargets = async (
  userId: string,
  roomIds: readonly string[],
  clientMessageId: string | undefined,
): Promise<void> => {
  const { heads, memberships } = await getTogether(
    { heads: roomIds, memberships: roomIds.map((roomId) => [roomId, userId] as const) },
    "consistent",
  );
  for (const roomId of roomIds) {
    const head = heads.find((one) => one.id === roomId);
    const me = memberships.find((one) => one.roomId === roomId);
    if (!head || head.status === "deleted" || !me) throw noRoomAccess();
    const isRepeated = clientMessageId !== undefined && recentSeq(me, clientMessageId) !== undefined;
    if (!isRepeated) accessSending({ head, me });
  }
};

/** The kind of a message's file is the message's type. */
const kindOf = ({ type }: StoredMessage): MediaKind => mediaKinds.find((kind) => kind === type) ?? "file";

const draftOf = (message: StoredMessage, clientMessageId: string | undefined) => ({
  content: message.content,
  // Nobody sends a system message, so none is forwarded as one.
  message_type: message.type === "system" ? ("text" as const) : message.type,
  priority: "normal" as const,
  // Safe: it was held against the draft's own schema when it was sent.
  metadata: message.metadata as Parameters<typeof sendMessage>[2]["metadata"],
  client_message_id: clientMessageId,
});

/**
 * What those of a room are told of where a forwarded message comes from: its id. A direct room's id follows from those of
 * its two members, so that it would tell others who wrote with whom: they are told of a room that nobody knows.
 */
const sourceToldIn = (target: string, source: Head, { seq }: StoredMessage): string =>
  source.type === "direct" && target !== source.id ? idOf(newRoomId(), 1) : idOf(source.id, seq);

/**
 * Sends what a message says to each of the rooms, one after the other, as messages of the caller's. A function that ends
 * in between has sent to the first rooms; a repeat with the same client's id sends to the others, and answers with what
 * stands in the first. Throws `forbidden` for a room in which the caller may not send, `not_found` or `conflict` for the
 * message or its file, and `rate_limited`.
 */
export const forwardMessage = async (
  actor: Actor,
  roomId: string,
  messageId: string,
  { roomIds, clientMessageId }: { roomIds: readonly string[]; clientMessageId: string | undefined },
): Promise<Sent[]> => {
  const { room, message } = await accessMessage(actor.userId, roomId, messageId);
  accessPresent(message);
  const targets = [...new Set(roomIds)];
  await accessTargets(actor.userId, targets, clientMessageId);
  const { attachment } = message;
  const origin = {
    expiresAt: message.expiresAt,
    file: attachment ? { roomId: message.roomId, facts: attachment, kind: kindOf(message) } : undefined,
  };
  const sent: Sent[] = [];
  for (const target of targets)
    sent.push(
      await sendMessage(actor, target, draftOf(message, clientMessageId), {
        ...origin,
        forwardedFrom: sourceToldIn(target, room.head, message),
      }),
    );
  return sent;
};
