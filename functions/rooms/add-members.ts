import type { Room, RoomRole } from "../../contract/objects/room.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError, noRoomAccess } from "../kernel/http/api-error.ts";
import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { entryLife } from "../store/presence/connection-life.ts";
import { getHead, type Head } from "../store/rooms/heads.ts";
import { isLarge, rosterChunkSize } from "../store/rooms/large-rooms.ts";
import { getMembers, type Member, moveMember, type Newcomer, putMembers } from "../store/rooms/members.ts";
import { enterRoster, growRoster, recountChunks, rosterBatch } from "../store/rooms/roster-changes.ts";
import { getMemberCounts, getRosterChunks, type RosterEntry } from "../store/rooms/rosters.ts";
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

/**
 * Returns the free places of each roster chunk, as far as they are known. The only chunk of a small
 * room is just tried, so it counts as empty.
 */
async function getSpace(head: Head): Promise<Map<number, number>> {
  const counts = isLarge(head) ? (await getMemberCounts([head.id], "consistent")).get(head.id) : undefined;
  return new Map(
    Array.from({ length: head.rosterChunks }, (_, chunk) => [
      chunk,
      rosterChunkSize - (counts?.[chunk] ?? 0),
    ]),
  );
}

/**
 * Returns the members whom the roster does not name, because their joining was interrupted. In a
 * large room it also corrects the member counts, which may be all that was missing.
 */
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
  /** Users who were no members before, or whose joining was interrupted. */
  readonly members: readonly Member[];
  /**
   * Users who became members a short time ago. Other members may not know, because the call that
   * added them may have been interrupted.
   */
  readonly again: readonly Member[];
  /**
   * Whether the room may have no admin: it has few members, and the entered chunk names no admin.
   */
  readonly mayLackAdmin: boolean;
}

/**
 * Adds members whom the roster does not name to the chunk that their membership records. Returns
 * the members for whom the chunk has no place.
 */
async function completeJoining(roomId: string, unlistedMembers: readonly Member[]): Promise<Member[]> {
  const unplaced: Member[] = [];
  for (const member of unlistedMembers) {
    const { entered } = await enterRoster(roomId, member.chunk, [entryOf(member)]);
    if (!entered) unplaced.push(member);
  }
  return unplaced;
}

const attempts = 200;
const movesAtOnce = 25;

/**
 * Makes users members. Their memberships come first, each with the number of a roster chunk. Then
 * come their entries in that chunk, up to 50 at a time. In a large room their entries in the list
 * of connected members come last. If interrupted: some members are missing from the roster or the
 * list; they have the room, and get no events. Repaired by: adding them again, or their joining
 * again.
 */
async function enroll(head: Head, newcomers: readonly Newcomer[]): Promise<Enrolled> {
  const roomId = head.id;
  const before = await getMembers(
    roomId,
    newcomers.map((newcomer) => newcomer.userId),
  );
  const unlistedMembers = await getUnlisted(head, [...before.values()]);
  const unplaced = new Set(
    (await completeJoining(roomId, unlistedMembers)).map((member) => member.membership.userId),
  );
  const enrolled = unlistedMembers.filter(({ membership }) => !unplaced.has(membership.userId));
  // No connection lives longer than `entryLife`. A client that missed the event gets the rooms when
  // it connects again.
  const again = [...before.values()].filter(
    (member) =>
      !unlistedMembers.includes(member) && Date.parse(member.membership.joinedAt) > Date.now() - entryLife,
  );
  let waiting = newcomers.filter(({ userId }) => !before.has(userId) || unplaced.has(userId));
  const space = await getSpace(head);
  // A room of several chunks may have few members left. Or its only member's joining was
  // interrupted before they became admin. Then the admin is looked up, as in a small room.
  const memberCount = [...space.values()].reduce((sum, free) => sum + rosterChunkSize - free, 0);
  let hasAdmin = memberCount > rosterChunkSize;
  let hasGrownLarge = isLarge(head);
  for (let attempt = 0; waiting.length > 0; attempt += 1) {
    if (attempt === attempts)
      throw new ApiError("unavailable", "Too many users join at once: send this again.", { retryAfter: 1 });
    const [chunk, free] = [...space].find(([, left]) => left > 0) ?? [];
    if (chunk === undefined || free === undefined) {
      await growRoster(roomId, space.size);
      space.set(space.size, rosterChunkSize);
      continue;
    }
    const batch = waiting.slice(0, Math.min(free, rosterBatch));
    const put = await putMembers(roomId, batch, chunk);
    // Another call may have made a user a member in the meantime. That call adds them to the
    // roster.
    const members = batch.flatMap(({ userId, joinedAt }) => {
      const member = put.get(userId);
      return member && (member.membership.joinedAt === joinedAt || unplaced.has(userId)) ? [member] : [];
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
  // The joining of an earlier member may have been interrupted here, so all are added again.
  if (hasGrownLarge && head.isConnectedListed)
    await addConnected(
      roomId,
      newcomers.map((newcomer) => newcomer.userId),
    );
  else if (hasGrownLarge) await addAllConnected(roomId, space.size);
  return { members: enrolled, again, mayLackAdmin: enrolled.length + again.length > 0 && !hasAdmin };
}

/**
 * Makes sure that the room has an admin. Returns the new members with their roles after that, and
 * in `changed` another member who was promoted.
 */
async function withAdmin(
  roomId: string,
  enrolled: Enrolled,
): Promise<Enrolled & { readonly changed: readonly RosterEntry[] }> {
  const promoted = await ensureAdmin(roomId);
  const newIds = [...enrolled.members, ...enrolled.again].map(({ membership }) => membership.userId);
  // Another call that promotes an admin at the same time may have chosen one of these members.
  const members = await getMembers(roomId, newIds);
  const current = ({ membership }: Member): Member[] => {
    const member = members.get(membership.userId);
    return member ? [member] : [];
  };
  return {
    ...enrolled,
    members: enrolled.members.flatMap(current),
    again: enrolled.again.flatMap(current),
    changed: promoted && !newIds.includes(promoted.userId) ? [promoted] : [],
  };
}

/**
 * Publishes the new members and the changed roles. Members of `again` are published once more; a
 * client that knows them ignores it.
 */
async function publishJoining(
  roomId: string,
  { members, again, changed = [] }: Enrolled & { readonly changed?: readonly RosterEntry[] },
): Promise<void> {
  if (members.length + again.length + changed.length === 0) return;
  // This head includes the chunks that were added just now.
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

/**
 * Adds users to a room. Leaves out users whom a block separates from the caller. Throws
 * `forbidden`, or `invalid_input` that names each unknown id.
 */
export async function addParticipants(
  userId: string,
  roomId: string,
  userIds: readonly string[],
  role: RoomRole,
): Promise<Room> {
  const room = await accessMemberRoom(userId, roomId);
  accessNotDirect(room, "A direct room keeps its two members: create a group instead.");
  accessPermission(room, "can_add_members", "add people");
  if (role === "admin" && room.me.role !== "admin")
    throw new ApiError("forbidden", "Only an admin of this room may add admins: ask one of them.");
  await accessUsers("user_ids", userIds);
  const joining = { role, joinedAt: isoNow(), joinedSeq: room.head.seq, addedBy: userId };
  const invited = await withoutBlocks(userId, [...new Set(userIds)]);
  const enrolled = await enroll(
    room.head,
    invited.map((id) => ({ userId: id, ...joining })),
  );
  await publishJoining(roomId, enrolled);
  return viewRoom(await accessReadableRoom(userId, roomId), userId, "consistent");
}

/**
 * Adds the caller to a public room. Throws `forbidden` for any other room of which they are no
 * member.
 */
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
  // This also runs for a member, because their joining may have been interrupted.
  if (!head.pair) {
    const enrolled = await enroll(head, [newcomer]);
    // A public room that all members had left gets an admin again.
    await publishJoining(roomId, enrolled.mayLackAdmin ? await withAdmin(roomId, enrolled) : enrolled);
  }
  const room = await accessReadableRoom(userId, roomId);
  if (!room.me) throw noRoomAccess();
  return viewRoom(room, userId, "consistent");
}
