import { type MediaKind, mediaKinds } from "../../contract/media-types.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { noRoomAccess } from "../kernel/http/api-error.ts";
import { messageId as idOf, newRoomId } from "../kernel/runtime/ids.ts";
import { chargeAllAhead, rateBucket } from "../rooms/rate-limit.ts";
import { accessSending } from "../rooms/sending.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import { type Head, isThere } from "../store/rooms/heads.ts";
import { type Membership, recentSeq } from "../store/rooms/memberships.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { accessMessage, accessPresent } from "./access.ts";
import { type Sent, sendMessage } from "./send.ts";

/**
 * Returns the caller's memberships of the rooms that get the message now. Throws `forbidden` unless
 * the caller may send in each. Leaves out rooms where an earlier call with the same client id has
 * sent: there the repeat checks and pays for itself.
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

/** Returns the kind of a message's file: it is the message's type. */
function kindOf({ type }: StoredMessage): MediaKind {
  return mediaKinds.find((kind) => kind === type) ?? "file";
}

function draftOf(message: StoredMessage, clientMessageId: string | undefined) {
  return {
    content: message.content,
    // Users cannot send system messages, so a forwarded one becomes text.
    message_type: message.type === "system" ? ("text" as const) : message.type,
    priority: "normal" as const,
    // Safe: it was validated by the draft's own schema when it was sent.
    metadata: message.metadata as Parameters<typeof sendMessage>[2]["metadata"],
    client_message_id: clientMessageId,
  };
}

/**
 * Returns the id of the forwarded message that members of the target room see. A direct room's id
 * follows from its two members' ids, so it would reveal who wrote to whom. Outside of that room,
 * members see the id of an unknown room instead.
 */
function visibleSource(target: string, source: Head, { seq }: StoredMessage): string {
  return source.type === "direct" && target !== source.id ? idOf(newRoomId(), 1) : idOf(source.id, seq);
}

/**
 * Sends the content of a message to each of the rooms, one after another, as the caller's messages.
 * If interrupted: the first rooms have the message. Repaired by: the caller's repeat with the same
 * client id. It sends to the other rooms, and returns the stored messages of the first ones.
 *
 * Throws `forbidden` for a room where the caller may not send. Throws `not_found` or `conflict` for
 * the message or its file. Throws `rate_limited` before any room gets the message: all rooms are
 * paid for first. Otherwise a repeat after `retry_after`, without a client id, would send twice to
 * the first rooms.
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
        forwardedFrom: visibleSource(target, room.head, message),
      }),
    );
  return sent;
}
