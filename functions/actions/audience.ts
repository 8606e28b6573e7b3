import type { People } from "../data/people.ts";
import type { Presence } from "../data/presence.ts";
import { getFirstRoster, getFurtherRosters, type RosterEntry } from "../data/rosters.ts";
import { getTogether } from "../data/together.ts";

/** Who is in a room, and where they are connected. */
export interface Audience {
  readonly members: readonly RosterEntry[];
  readonly people: People;
}

/**
 * The members of a room with their presences, and the profile of the one who speaks: a read of the roster and one
 * batch, up to 99 members. The number of chunks may still be on its way while the first one is read.
 */
export const getAudience = async (
  roomId: string,
  speakerId: string,
  rosterChunks: number | Promise<number>,
): Promise<Audience> => {
  const [first, chunks] = await Promise.all([getFirstRoster(roomId), rosterChunks]);
  const members = [...first, ...(await getFurtherRosters(roomId, chunks))];
  const { people } = await getTogether({
    profiles: [speakerId],
    presences: [speakerId, ...members.map((member) => member.userId)],
  });
  return { members, people };
};

/** The presences of the members, all or but one. */
export const presencesOf = ({ members, people }: Audience, exceptUserId?: string): Presence[] =>
  members.flatMap(({ userId }) => {
    const presence = people.presences.get(userId);
    return presence && userId !== exceptUserId ? [presence] : [];
  });
