import type { Participant } from "../../contract/objects/room.ts";
import type { Slice } from "../kernel/http/page.ts";
import type { Head } from "../store/rooms/heads.ts";
import { isLarge } from "../store/rooms/large-rooms.ts";
import {
  getFirstRoster,
  getMemberCounts,
  getRosterChunks,
  type RosterEntry,
} from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";
import type { ReadableRoom } from "./access.ts";
import { presentParticipant } from "./present.ts";

/**
 * Returns a direct room's members, which its head names. Both have been members since it was
 * created.
 */
export function pairMembers(head: Head): RosterEntry[] {
  return (head.pair ?? []).map((userId) => ({ userId, role: "member", joinedAt: head.createdAt }));
}

/**
 * Returns members from a place in the roster on. Large rooms: reads only the chunks that hold them.
 */
async function getSlice(
  head: Head,
  start: number,
  size: number,
): Promise<{ count: number; members: RosterEntry[] }> {
  const end = start + size;
  if (head.pair || !isLarge(head)) {
    const members = head.pair ? pairMembers(head) : await getFirstRoster(head.id);
    return { count: members.length, members: members.slice(start, end) };
  }
  const counts = (await getMemberCounts([head.id])).get(head.id) ?? [];
  let count = 0;
  const wanted: { chunk: number; before: number }[] = [];
  for (const [chunk, members] of counts.entries()) {
    if (count < end && count + members > start) wanted.push({ chunk, before: count });
    count += members;
  }
  const rosters = await getRosterChunks(
    head.id,
    wanted.map(({ chunk }) => chunk),
  );
  return {
    count,
    members: wanted.flatMap(({ chunk, before }) =>
      (rosters.get(chunk) ?? []).slice(Math.max(0, start - before), Math.max(0, end - before)),
    ),
  };
}

/**
 * Returns a page of the members of a room that the caller may read. Only members see e-mail
 * addresses.
 */
export async function listParticipants(
  { head, me }: ReadableRoom,
  viewerId: string,
  page: Slice,
): Promise<{ count: number; participants: Participant[] }> {
  const { count, members } = await getSlice(head, page.start, page.size);
  const userIds = members.map((member) => member.userId);
  const { people } = await batchGet({ profiles: userIds, presences: [...userIds, viewerId] });
  return {
    count,
    participants: members.map((member) =>
      presentParticipant(
        member,
        presentUser(
          personOf(people, member.userId, viewerId),
          me !== undefined || member.userId === viewerId,
        ),
      ),
    ),
  };
}
