import { getHead, type Head } from "../data/heads.ts";
import { getMemberships } from "../data/memberships.ts";
import type { RosterEntry } from "../data/rosters.ts";

/** Whether a member may see what was written at a time: not before they joined, if their role may not view the history. */
export const mayViewFrom = (
  head: Pick<Head, "permissions">,
  { role, joinedAt }: Pick<RosterEntry, "role" | "joinedAt">,
  writtenAt: string,
): boolean => head.permissions[role].can_view_history || joinedAt <= writtenAt;

/** Whether there is anybody who may not. */
export const hidesHistory = ({ permissions }: Pick<Head, "permissions">): boolean =>
  Object.values(permissions).some((role) => !role.can_view_history);

/** Who of these people may see what was written at a time, by their memberships; everybody, where no time matters. */
export const viewersOf = async (
  roomId: string,
  userIds: readonly string[],
  writtenAt: string | undefined,
): Promise<(userId: string) => boolean> => {
  if (writtenAt === undefined) return () => true;
  const [head, memberships] = await Promise.all([
    getHead(roomId),
    getMemberships(roomId, [...new Set(userIds)]),
  ]);
  const viewers = new Set(
    memberships
      .filter((membership) => head && mayViewFrom(head, membership, writtenAt))
      .map((membership) => membership.userId),
  );
  return (userId) => viewers.has(userId);
};
