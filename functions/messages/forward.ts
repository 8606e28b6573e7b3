import { type MediaKind, mediaKinds } from "../../contract/media-types.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { noRoomAccess } from "../kernel/http/api-error.ts";
import { messageId as idOf, newRoomId } from "../kernel/runtime/ids.ts";
import { accessSending } from "../rooms/access.ts";
import { chargeAllAhead, rateBucket } from "../rooms/rate-limit.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import { type Head, isThere } from "../store/rooms/heads.ts";
import { type Membership, recentSeq } from "../store/rooms/memberships.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { accessMessage, accessPresent } from "./access.ts";
import { type Sent, sendMessage } from "./send.ts";

/**
 * The caller's memberships of those rooms that get the message now. Throws `forbidden` unless they may send in each. Where
 * an earlier call with the same client's id has sent, its repeat decides, and pays, for itself.
 */
async function accessTargets(
  userId: string,
  roomIds: readonly string[],
  clientMessageId: string | undefined,
): Promise<Membership[]> {
  const { heads, memberships } = await batchGet(
    { heads: roomIds, memberships: roomIds.map((roomId) => [roomId, userId] as const) },
    "consistent",
  );
  return roomIds.flatMap((roomId) => {
    const head = heads.find((one) => one.id === roomId);
    const me = memberships.find((one) => one.roomId === roomId);
    if (!isThere(head) || !me) throw noRoomAccess();
    const isRepeated = clientMessageId !== undefined && recentSeq(me, clientMessageId) !== undefined;
    if (isRepeated) return [];
    accessSending({ head, me });
    return [me];
  });
}

/** The kind of a message's file is the message's type. */
function kindOf({ type }: StoredMessage): MediaKind {
  return mediaKinds.find((kind) => kind === type) ?? "file";
}

function draftOf(message: StoredMessage, clientMessageId: string | undefined) {
  return {
    content: message.content,
    // Nobody sends a system message, so none is forwarded as one.
    message_type: message.type === "system" ? ("text" as const) : message.type,
    priority: "normal" as const,
    // Safe: it was held against the draft's own schema when it was sent.
    metadata: message.metadata as Parameters<typeof sendMessage>[2]["metadata"],
    client_message_id: clientMessageId,
  };
}

/**
 * What those of a room are told of where a forwarded message comes from: its id. A direct room's id follows from those of
 * its two members, so that it would tell others who wrote with whom: they are told of a room that nobody knows.
 */
function sourceToldIn(target: string, source: Head, { seq }: StoredMessage): string {
  return source.type === "direct" && target !== source.id ? idOf(newRoomId(), 1) : idOf(source.id, seq);
}

/**
 * Sends what a message says to each of the rooms, one after the other, as messages of the caller's. A function that ends
 * in between has sent to the first rooms; a repeat with the same client's id sends to the others, and answers with what
 * stands in the first. Throws `forbidden` for a room in which the caller may not send, `not_found` or `conflict` for the
 * message or its file, and `rate_limited`: it is paid for in all rooms before the first one gets it, since a repeat after
 * the time that is told, without a client's id, would send it there twice.
 */
export async function forwardMessage(
  actor: Actor,
  roomId: string,
  messageId: string,
  { roomIds, clientMessageId }: { roomIds: readonly string[]; clientMessageId: string | undefined },
): Promise<Sent[]> {
  const { room, message } = await accessMessage(actor.userId, roomId, messageId);
  accessPresent(message);
  const targets = [...new Set(roomIds)];
  const memberships = await accessTargets(actor.userId, targets, clientMessageId);
  const costs = await chargeAllAhead(memberships, rateBucket());
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
        cost: costs.get(target),
        forwardedFrom: sourceToldIn(target, room.head, message),
      }),
    );
  return sent;
}
