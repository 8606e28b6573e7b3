import type { Room, RoomRole } from "../../contract/objects/room.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError, noRoomAccess } from "../kernel/http/api-error.ts";
import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { entryLife } from "../store/presence/presence.ts";
import { getHead, type Head, isLarge } from "../store/rooms/heads.ts";
import { getMembers, type Member, moveMember, type Newcomer, putMembers } from "../store/rooms/members.ts";
import { enterRoster, growRoster, recountChunks, rosterBatch } from "../store/rooms/roster-changes.ts";
import {
  getMemberCounts,
  getRosterChunks,
  type RosterEntry,
  rosterChunkSize,
} from "../store/rooms/rosters.ts";
import { accessUsers, withoutBlocks } from "../users/access.ts";
import { ensureProfile } from "../users/profiles.ts";
import { accessMemberRoom, accessNotDirect, accessPermission, accessReadableRoom } from "./access.ts";
import { addAllConnected, addConnected } from "./connected-members.ts";
import { ensureAdmin } from "./ensure-admin.ts";
import { publishParticipantsChanged, publishRoomCreated } from "./events.ts";
import { rateBucketOfJoiner } from "./rate-limit.ts";
import { viewRoom } from "./view.ts";

function entryOf({ membership: { userId, role, joinedAt } }: Member): RosterEntry {
  return {
    userId,
    role,
    joinedAt,
  };
}

/** How many more members each chunk takes, as far as that is known; the only chunk of a small room is just tried. */
async function getSpace(head: Head): Promise<Map<number, number>> {
  const counts = isLarge(head) ? (await getMemberCounts([head.id], "consistent")).get(head.id) : undefined;
  return new Map(
    Array.from({ length: head.rosterChunks }, (_, chunk) => [
      chunk,
      rosterChunkSize - (counts?.[chunk] ?? 0),
    ]),
  );
}

/** Those members whom the roster does not name: their joining was cut off. Counts them, if just that was left to do. */
async function getUnlisted(head: Head, members: readonly Member[]): Promise<Member[]> {
  if (members.length === 0) return [];
  const chunks = await getRosterChunks(
    head.id,
    [...new Set(members.map((member) => member.chunk))],
    "consistent",
  );
  if (isLarge(head))
    await recountChunks(
      head.id,
      [...chunks].map(([chunk, entries]) => [chunk, entries.length] as const),
    );
  return members.filter(
    ({ chunk, membership }) => !chunks.get(chunk)?.some((entry) => entry.userId === membership.userId),
  );
}

interface Enrolled {
  /** Those who were no members before, or whose joining was cut off. */
  readonly members: readonly Member[];
  /** Those who were members before, for so short a time that nobody may know: the call that added them may have been cut off. */
  readonly again: readonly Member[];
  /** Whether it may be that nobody is the room's admin: it has few members, and none is one in the chunk that was entered. */
  readonly wantsAdmin: boolean;
}

/** Lists members whom the roster does not name, in the chunk that they have noted, and gives those whom it has no room for. */
async function completeJoining(roomId: string, unlisted: readonly Member[]): Promise<Member[]> {
  const without: Member[] = [];
  for (const member of unlisted) {
    const { entered } = await enterRoster(roomId, member.chunk, [entryOf(member)]);
    if (!entered) without.push(member);
  }
  return without;
}

const attempts = 200;
const movesAtOnce = 25;

/**
 * Makes people members: their memberships first, each with the number of a roster chunk, then their entries in that
 * chunk, up to 50 at a time; in a large room, then their places on its list of who is live. What a crash leaves is
 * members whom the roster, or the list, does not name yet: they have the room, and get no events. Adding them again
 * completes it, as does their joining again.
 */
async function enroll(head: Head, newcomers: readonly Newcomer[]): Promise<Enrolled> {
  const roomId = head.id;
  const before = await getMembers(
    roomId,
    newcomers.map((newcomer) => newcomer.userId),
  );
  const unlisted = await getUnlisted(head, [...before.values()]);
  const moving = new Set((await completeJoining(roomId, unlisted)).map((one) => one.membership.userId));
  const enrolled = unlisted.filter(({ membership }) => !moving.has(membership.userId));
  // No connection outlives that: whoever was not told of something gets the rooms when they connect again.
  const again = [...before.values()].filter(
    (member) => !unlisted.includes(member) && Date.parse(member.membership.joinedAt) > Date.now() - entryLife,
  );
  let waiting = newcomers.filter(({ userId }) => !before.has(userId) || moving.has(userId));
  const space = await getSpace(head);
  // Of many, few may be left, or one who was cut off before they were made admin: there it is looked up, as in a small room.
  const memberCount = [...space.values()].reduce((sum, free) => sum + rosterChunkSize - free, 0);
  let hasAdmin = memberCount > rosterChunkSize;
  let hasGrownLarge = isLarge(head);
  for (let attempt = 0; waiting.length > 0; attempt += 1) {
    if (attempt === attempts)
      throw new ApiError("unavailable", "Too many people join at once: send this again.", { retryAfter: 1 });
    const [chunk, free] = [...space].find(([, left]) => left > 0) ?? [];
    if (chunk === undefined || free === undefined) {
      await growRoster(roomId, space.size);
      space.set(space.size, rosterChunkSize);
      continue;
    }
    const batch = waiting.slice(0, Math.min(free, rosterBatch));
    const put = await putMembers(roomId, batch, chunk);
    // Somebody who became a member in the meantime, by another call, is listed by that call.
    const members = batch.flatMap(({ userId, joinedAt }) => {
      const member = put.get(userId);
      return member && (member.membership.joinedAt === joinedAt || moving.has(userId)) ? [member] : [];
    });
    const elsewhere = members.filter((member) => member.chunk !== chunk);
    await forEachConcurrent(elsewhere, movesAtOnce, ({ membership }) =>
      moveMember(roomId, membership.userId, chunk),
    );
    if (members.length > 0) {
      const { entered, members: inChunk, ...room } = await enterRoster(roomId, chunk, members.map(entryOf));
      space.set(chunk, rosterChunkSize - inChunk.length);
      hasGrownLarge ||= room.isLarge;
      hasAdmin ||= inChunk.some((entry) => entry.role === "admin");
      if (!entered) continue;
    }
    enrolled.push(...members);
    waiting = waiting.slice(batch.length);
  }
  // Somebody who was a member before may have been cut off just here.
  if (hasGrownLarge && head.isConnectedListed)
    await addConnected(
      roomId,
      newcomers.map((newcomer) => newcomer.userId),
    );
  else if (hasGrownLarge) await addAllConnected(roomId, space.size);
  return { members: enrolled, again, wantsAdmin: enrolled.length + again.length > 0 && !hasAdmin };
}

/** Sees to it that a room has an admin: those who came, as they are then, and who else was made it. */
async function withAdmin(
  roomId: string,
  enrolled: Enrolled,
): Promise<Enrolled & { readonly changed: readonly RosterEntry[] }> {
  const promoted = await ensureAdmin(roomId);
  const came = [...enrolled.members, ...enrolled.again].map(({ membership }) => membership.userId);
  // Another call that makes somebody an admin at the same time may have chosen one of these.
  const members = await getMembers(roomId, came);
  const asNow = ({ membership }: Member): Member[] => {
    const member = members.get(membership.userId);
    return member ? [member] : [];
  };
  return {
    ...enrolled,
    members: enrolled.members.flatMap(asNow),
    again: enrolled.again.flatMap(asNow),
    changed: promoted && !came.includes(promoted.userId) ? [promoted] : [],
  };
}

/**
 * Tells of those who came and whose role is another, and once more of those of whom nobody may know: a client takes that
 * for nothing.
 */
async function announce(
  roomId: string,
  { members, again, changed = [] }: Enrolled & { readonly changed?: readonly RosterEntry[] },
): Promise<void> {
  if (members.length + again.length + changed.length === 0) return;
  // With the chunks that were added just now.
  const head = await getHead(roomId, "consistent");
  if (!head) return;
  await Promise.all([
    publishRoomCreated(
      head,
      [...members, ...again].map((member) => member.membership),
    ),
    publishParticipantsChanged(head, { added: members.map(entryOf), again: again.map(entryOf), changed }),
  ]);
}

/** Adds people to a room; who blocks the caller, or is blocked by them, is left out. Throws `forbidden`, or `invalid_input` that names each id that is nobody's. */
export async function addParticipants(
  userId: string,
  roomId: string,
  userIds: readonly string[],
  role: RoomRole,
): Promise<Room> {
  const room = await accessMemberRoom(userId, roomId);
  accessNotDirect(room, "Nobody is added to a direct room: create a group instead.");
  accessPermission(room, "can_add_members", "add people");
  if (role === "admin" && room.me.role !== "admin")
    throw new ApiError("forbidden", "Only an admin of this room may add admins: ask one of them.");
  await accessUsers("user_ids", userIds);
  const arrival = { role, joinedAt: isoNow(), joinedSeq: room.head.seq, addedBy: userId };
  const invited = await withoutBlocks(userId, [...new Set(userIds)]);
  const enrolled = await enroll(
    room.head,
    invited.map((id) => ({ userId: id, ...arrival })),
  );
  await announce(roomId, enrolled);
  return viewRoom(await accessReadableRoom(userId, roomId), userId, "consistent");
}

/** Lets the caller join a public room. Throws `forbidden` for any other that they are not in. */
export async function joinRoom(actor: Actor, roomId: string): Promise<Room> {
  const { userId } = actor;
  const { head, me } = await accessReadableRoom(userId, roomId);
  if (!me && head.status === "archived")
    throw new ApiError("forbidden", "The room is archived: it can be joined when an admin activates it.");
  await ensureProfile(actor);
  const newcomer: Newcomer = {
    userId,
    role: "member",
    joinedAt: isoNow(),
    joinedSeq: head.seq,
    bucketAt: rateBucketOfJoiner(),
  };
  // Also for a member: their joining may have been cut off.
  if (!head.pair) {
    const enrolled = await enroll(head, [newcomer]);
    // A public room that everybody had left has an admin again.
    await announce(roomId, enrolled.wantsAdmin ? await withAdmin(roomId, enrolled) : enrolled);
  }
  const room = await accessReadableRoom(userId, roomId);
  if (!room.me) throw noRoomAccess();
  return viewRoom(room, userId, "consistent");
}
