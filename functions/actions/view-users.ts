import type { User } from "../../contract/objects/user.ts";
import { getContactIds } from "../data/contacts.ts";
import { listRoomIds } from "../data/memberships.ts";
import { personOf } from "../data/people.ts";
import { getTogether } from "../data/together.ts";
import { ApiError } from "../kernel/api-error.ts";
import { directRoomId } from "../kernel/ids.ts";
import { presentUser } from "./present-user.ts";

/**
 * Those of some people whose e-mail address the viewer sees in a list: their contacts, and those with whom they have a
 * direct room. Both are found by key; groups are not, since that would take a read for each person and room. A block
 * changes nothing of it, because an address that vanished would tell of the block.
 */
export const withSeenEmail = async (viewerId: string, userIds: readonly string[]): Promise<Set<string>> => {
  const others = [...new Set(userIds)].filter((userId) => userId !== viewerId);
  const [contactIds, { heads }] = await Promise.all([
    getContactIds(viewerId, others),
    getTogether({ heads: others.map((userId) => directRoomId(viewerId, userId)) }),
  ]);
  const rooms = new Set(heads.filter((head) => head.status !== "deleted").map((head) => head.id));
  const met = others.filter((userId) => rooms.has(directRoomId(viewerId, userId)));
  return new Set([viewerId, ...contactIds, ...met]);
};

/**
 * People as the viewer sees them in a list, in the order given; who has no profile any more is left out. A hundred of them
 * fit into an answer, whatever they say of themselves (see answer-size.ts).
 */
export const viewUsers = async (viewerId: string, userIds: readonly string[]): Promise<User[]> => {
  const [{ people }, seen] = await Promise.all([
    getTogether({ profiles: userIds, presences: [...userIds, viewerId] }),
    withSeenEmail(viewerId, userIds),
  ]);
  return userIds
    .filter((userId) => people.profiles.has(userId))
    .map((userId) => presentUser(personOf(people, userId, viewerId), seen.has(userId)));
};

/** Whether two people are in a room together, of whatever type. */
const shareRoom = async (one: string, other: string): Promise<boolean> => {
  const [rooms, others] = await Promise.all([listRoomIds(one), listRoomIds(other)]);
  const both = new Set(others);
  const { heads } = await getTogether({ heads: rooms.filter((roomId) => both.has(roomId)) });
  return heads.some((head) => head.status !== "deleted");
};

/**
 * Somebody as the viewer sees them, with the e-mail address if the viewer has them as a contact or shares a room with
 * them: both can be had without asking them, and so does it hold for the one who adds, not for the one who is added.
 * Throws `not_found`.
 */
export const viewUser = async (viewerId: string, userId: string): Promise<User> => {
  const [{ people }, contactIds] = await Promise.all([
    getTogether({ profiles: [userId], presences: [userId, viewerId] }),
    getContactIds(viewerId, [userId]),
  ]);
  if (!people.profiles.has(userId)) throw new ApiError("not_found", "User not found");
  const seesEmail = viewerId === userId || contactIds.has(userId) || (await shareRoom(viewerId, userId));
  return presentUser(personOf(people, userId, viewerId), seesEmail);
};
