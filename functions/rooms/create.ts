import type { Room, RoomType } from "../../contract/objects/room.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError, invalidInput } from "../kernel/http/api-error.ts";
import { directRoomId, newRoomId, roomIdOfKey } from "../kernel/runtime/ids.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { type Details, noDetails } from "../store/rooms/details.ts";
import { reopenHead } from "../store/rooms/head-changes.ts";
import { getHead, type Head, isBlocked } from "../store/rooms/heads.ts";
import { isLarge } from "../store/rooms/large-rooms.ts";
import { getMembers, restartMember } from "../store/rooms/members.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { createRoom, type NewRoom } from "../store/rooms/rooms.ts";
import { getProfiles } from "../store/users/profiles.ts";
import { accessUsers, withoutBlocks } from "../users/access.ts";
import { ensureProfile } from "../users/profiles.ts";
import { accessReadableRoom, type ReadableRoom } from "./access.ts";
import { addAllConnected } from "./connected-members.ts";
import { publishRoomCreated } from "./events.ts";
import { viewRoom } from "./view.ts";

/** The room of a call that creates or opens one; `repeated` if it existed before. */
export interface Opened {
  readonly room: Room;
  readonly repeated: boolean;
}

/** Publishes a new room to its connected members, and returns the creator's view. */
async function publishCreated(actor: Actor, head: Head, memberships: readonly Membership[]): Promise<Room> {
  await publishRoomCreated(head, memberships);
  const me = memberships.find((membership) => membership.userId === actor.userId);
  return viewRoom({ head, me }, actor.userId, "consistent");
}

/** How long a client goes on repeating an interrupted call that opens a direct room. */
const youngMs = 60_000;

/**
 * Returns the members to whom a repeated call publishes an existing room again. The call that
 * created it may have been interrupted before it published. Clients open a direct room whenever
 * they show it. So a direct room is published again only while it is young and empty.
 */
function recipientsOfRepeat({ head }: ReadableRoom, { members }: NewRoom): readonly string[] {
  const isYoung = Date.parse(head.createdAt) > Date.now() - youngMs;
  if (head.pair && (!isYoung || head.seq > head.floor || isBlocked(head))) return [];
  return members.map(({ userId }) => userId);
}

/**
 * Uses the words of a refused message: a direct room that cannot be opened must reveal no more than
 * one that can. An existing direct room stays open to both members.
 */
function blockedRoom(): ApiError {
  return new ApiError("forbidden", "You can't send messages to this user.");
}

/**
 * Opens a deleted direct room again, empty. Its memberships start anew first, then the head becomes
 * active. If interrupted: the room stays deleted. Repaired by: the next call. One of several
 * concurrent calls opens the room; the others return undefined.
 */
async function reopen(actor: Actor, deleted: Head): Promise<Opened | undefined> {
  if (isBlocked(deleted)) throw blockedRoom();
  const joinedAt = isoNow();
  // A deleted room takes no messages, so its seq does not change.
  await Promise.all(
    (deleted.pair ?? []).map((userId) =>
      restartMember(
        deleted.id,
        { userId, role: "member", joinedAt, joinedSeq: deleted.seq },
        // The last change of a deleted room is its deletion.
        deleted.updatedAt,
      ),
    ),
  );
  const head = await reopenHead(deleted);
  if (!head?.pair) return undefined;
  const members = await getMembers(head.id, head.pair);
  const memberships = [...members.values()].map((member) => member.membership);
  return { room: await publishCreated(actor, head, memberships), repeated: false };
}

async function open(actor: Actor, room: NewRoom): Promise<Opened> {
  const existing = await getHead(room.id, "consistent");
  const created = existing ? "exists" : await createRoom(room);
  if (created === "blocked") throw blockedRoom();
  if (created !== "exists") {
    const { head, memberships } = created;
    if (isLarge(head)) await addAllConnected(head.id, head.rosterChunks);
    return { room: await publishCreated(actor, head, memberships), repeated: false };
  }
  // An earlier call may have been interrupted before this step.
  if (existing && isLarge(existing) && !existing.isConnectedListed)
    await addAllConnected(existing.id, existing.rosterChunks);
  const reopened = existing?.pair && existing.status === "deleted" && (await reopen(actor, existing));
  if (reopened) return reopened;
  // A direct room that a concurrent call is opening exists in a moment. Any other deleted room
  // stays deleted; only its creator asks for it.
  if (existing?.status === "deleted" && !existing.pair)
    throw new ApiError(
      "conflict",
      "The room that was made with this Idempotency-Key is deleted: use another key for another room.",
    );
  const found = await accessReadableRoom(actor.userId, room.id);
  const userIds = recipientsOfRepeat(found, room);
  if (userIds.length > 0) {
    const members = await getMembers(room.id, userIds);
    await publishRoomCreated(
      found.head,
      [...members.values()].map((member) => member.membership),
    );
  }
  return { room: await viewRoom(found, actor.userId), repeated: true };
}

/**
 * Opens the direct room of the caller and another user. Throws `invalid_input` for the caller's own
 * id, and `not_found` for an unknown user.
 */
export async function openDirectRoom(actor: Actor, otherId: string): Promise<Opened> {
  if (otherId === actor.userId)
    throw invalidInput([{ path: "user_id", message: "You cannot open a direct room with yourself" }]);
  const [others] = await Promise.all([getProfiles([otherId]), ensureProfile(actor)]);
  if (!others.has(otherId)) throw new ApiError("not_found", "User not found");
  return open(actor, {
    id: directRoomId(actor.userId, otherId),
    type: "direct",
    name: null,
    details: noDetails,
    createdBy: actor.userId,
    createdAt: isoNow(),
    pair: [actor.userId, otherId],
    members: [actor.userId, otherId].map((userId) => ({ userId, role: "member" })),
  });
}

interface RoomDraft {
  readonly name: string | null;
  readonly type: RoomType;
  readonly participantIds: readonly string[];
  readonly details: Details;
  readonly idempotencyKey: string | undefined;
}

/**
 * Creates a room with the caller as its admin. Leaves out users whom a block separates from the
 * caller.
 */
export async function createNewRoom(actor: Actor, draft: RoomDraft): Promise<Opened> {
  const others = [...new Set(draft.participantIds)].filter((userId) => userId !== actor.userId);
  if (draft.type === "direct") {
    const [other] = others;
    if (other === undefined || others.length > 1)
      throw invalidInput([
        { path: "participant_ids", message: "A direct room has exactly one other participant" },
      ]);
    return openDirectRoom(actor, other);
  }
  await Promise.all([accessUsers("participant_ids", draft.participantIds), ensureProfile(actor)]);
  const invited = await withoutBlocks(actor.userId, others);
  return open(actor, {
    id: draft.idempotencyKey === undefined ? newRoomId() : roomIdOfKey(actor.userId, draft.idempotencyKey),
    type: draft.type,
    name: draft.name,
    details: draft.details,
    createdBy: actor.userId,
    createdAt: isoNow(),
    pair: undefined,
    members: [
      { userId: actor.userId, role: "admin" },
      ...invited.map((userId) => ({ userId, role: "member" as const })),
    ],
  });
}
