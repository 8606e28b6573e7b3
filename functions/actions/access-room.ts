import { getHead, type Head } from "../data/heads.ts";
import { getMembership, type Membership } from "../data/memberships.ts";
import { noRoomAccess } from "../kernel/api-error.ts";

/** A room with the caller's membership, read as they are now. */
export interface MemberRoom {
  readonly head: Head;
  readonly me: Membership;
}

/** A room that the caller may read: one of their own, or a public one. */
export interface ReadableRoom {
  readonly head: Head;
  readonly me: Membership | undefined;
}

const isThere = (head: Head | undefined): head is Head => head !== undefined && head.status !== "deleted";

/** Throws `forbidden`, alike for a room that does not exist and one that the caller may not read. */
export const accessReadableRoom = async (userId: string, roomId: string): Promise<ReadableRoom> => {
  const [head, me] = await Promise.all([
    getHead(roomId, "consistent"),
    getMembership(roomId, userId, "consistent"),
  ]);
  if (!isThere(head)) throw noRoomAccess();
  if (!me && head.type !== "public") throw noRoomAccess();
  return { head, me };
};

/** Throws `forbidden` unless the caller is a member. */
export const accessMembership = async (userId: string, roomId: string): Promise<Membership> => {
  const me = await getMembership(roomId, userId, "consistent");
  if (!me) throw noRoomAccess();
  return me;
};
