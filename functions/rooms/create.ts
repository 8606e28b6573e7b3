import type { Room, RoomType } from "../../contract/objects/room.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError, invalidInput } from "../kernel/http/api-error.ts";
import { directRoomId, newRoomId, roomIdOfKey } from "../kernel/runtime/ids.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { type Details, noDetails } from "../store/rooms/details.ts";
import { reopenHead } from "../store/rooms/head-changes.ts";
import { getHead, type Head, isBlocked, isLarge } from "../store/rooms/heads.ts";
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

/** A room that was asked for; `repeated` if it was there before. */
export interface Opened {
  readonly room: Room;
  readonly repeated: boolean;
}

/** Tells the members who are connected of their new room, and gives the creator's view of it. */
async function announce(actor: Actor, head: Head, memberships: readonly Membership[]): Promise<Room> {
  await publishRoomCreated(head, memberships);
  const me = memberships.find((membership) => membership.userId === actor.userId);
  return viewRoom({ head, me }, actor.userId, "consistent");
}

/** How long somebody goes on repeating a call that opens a direct room, and was cut off. */
const youngMs = 60_000;

/**
 * Whom the repeat of a call tells again of a room that was there before: the call that made it may have been cut off before
 * it told anybody. Clients open a direct room whenever they show it: of that nobody is told but while it is young and empty.
 */
function toldAgain({ head }: ReadableRoom, { members }: NewRoom): readonly string[] {
  const isYoung = Date.parse(head.createdAt) > Date.now() - youngMs;
  if (head.pair && (!isYoung || head.seq > head.floor || isBlocked(head))) return [];
  return members.map(({ userId }) => userId);
}

/**
 * In the words in which a message is refused, so that a direct room that cannot be opened tells no more than one that
 * can. One that is there stays open to both.
 */
function blockedRoom(): ApiError {
  return new ApiError("forbidden", "You can't send messages to this user.");
}

/**
 * Opens a direct room that was deleted, empty: first its members start anew, then the head says that it is there. What
 * a crash leaves in between is a deleted room, which the next call opens. Of calls at once, one opens it.
 */
async function reopen(actor: Actor, deleted: Head): Promise<Opened | undefined> {
  if (isBlocked(deleted)) throw blockedRoom();
  const joinedAt = isoNow();
  // A deleted room takes no messages, so its seq stands still.
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
  return { room: await announce(actor, head, memberships), repeated: false };
}

async function open(actor: Actor, room: NewRoom): Promise<Opened> {
  const existing = await getHead(room.id, "consistent");
  const created = existing ? "exists" : await createRoom(room);
  if (created === "blocked") throw blockedRoom();
  if (created !== "exists") {
    const { head, memberships } = created;
    if (isLarge(head)) await addAllConnected(head.id, head.rosterChunks);
    return { room: await announce(actor, head, memberships), repeated: false };
  }
  // An earlier call may have been cut off before that.
  if (existing && isLarge(existing) && !existing.isConnectedListed)
    await addAllConnected(existing.id, existing.rosterChunks);
  const reopened = existing?.pair && existing.status === "deleted" && (await reopen(actor, existing));
  if (reopened) return reopened;
  // A direct room that others are just opening is there in a moment; any other stays deleted. Its creator alone asks for it.
  if (existing?.status === "deleted" && !existing.pair)
    throw new ApiError(
      "conflict",
      "The room that was made with this Idempotency-Key is deleted: use another key for another room.",
    );
  const found = await accessReadableRoom(actor.userId, room.id);
  const userIds = toldAgain(found, room);
  if (userIds.length > 0) {
    const members = await getMembers(room.id, userIds);
    await publishRoomCreated(
      found.head,
      [...members.values()].map((member) => member.membership),
    );
  }
  return { room: await viewRoom(found, actor.userId), repeated: true };
}

/** The direct room of the caller and somebody else. Throws `invalid_input` for oneself, `not_found` for nobody. */
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

/** Creates a room with the caller as its admin. Who blocks the caller, or is blocked by them, is left out. */
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
