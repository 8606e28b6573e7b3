import { contactLimit } from "../../contract/contacts.ts";
import { listBlocks } from "../data/blocks.ts";
import { claimAddition, listContacts } from "../data/contacts.ts";
import { getMembersOf, type Member } from "../data/members.ts";
import { listRoomIds } from "../data/memberships.ts";
import { keptSince, listMissing, type NewNotification, putNotification } from "../data/notifications.ts";
import { getTogether } from "../data/together.ts";
import { forEach } from "../kernel/for-each.ts";
import type { MemberRoom } from "./access-room.ts";
import { notificationOfContact, notificationOfInvitation } from "./new-notifications.ts";
import { listAddressing } from "./rebuild-addressed.ts";
import { getKnown, rebuildStretches } from "./rebuild-stretches.ts";

const roomsAtOnce = 10;
const putsAtOnce = 25;

/** A room of somebody's that is there, and who added them to it. */
type JoinedRoom = MemberRoom & Pick<Member, "addedBy">;

const getRooms = async (userId: string, roomIds: readonly string[]): Promise<JoinedRoom[]> => {
  // Heads last: what a membership notes of messages is never beyond them.
  const members = await getMembersOf(userId, roomIds);
  const { heads } = await getTogether({ heads: roomIds }, "consistent");
  const mine = new Map(members.map((member) => [member.membership.roomId, member]));
  return heads.flatMap((head) => {
    const member = mine.get(head.id);
    return member && head.status !== "deleted"
      ? [{ head, me: member.membership, addedBy: member.addedBy }]
      : [];
  });
};

const putMissing = async (notifications: readonly NewNotification[]): Promise<void> => {
  const missing = await listMissing(notifications);
  await forEach(missing, putsAtOnce, async (notification) => {
    await putNotification(notification);
  });
};

/** Notifies somebody of being added to a room, as long ago as notifications are kept. */
const invitationOf = ({ head, me, addedBy }: JoinedRoom, apart: ReadonlySet<string>): NewNotification[] => {
  const { userId, joinedAt } = me;
  if (addedBy === null || apart.has(addedBy) || Date.parse(joinedAt) <= keptSince()) return [];
  return [notificationOfInvitation({ roomId: head.id, userId, addedBy, joinedAt }, true)];
};

/** Notifies those whom somebody has added to their contacts, who find out by nothing of their own that they were. */
const rebuildRequests = async (userId: string, apart: ReadonlySet<string>): Promise<void> => {
  const contacts = (await listContacts(userId, contactLimit)).filter(
    (contact) => !apart.has(contact.userId) && Date.parse(contact.createdAt) > keptSince(),
  );
  const missing = await listMissing(contacts.map((contact) => notificationOfContact(userId, contact, true)));
  await forEach(missing, putsAtOnce, async (notification) => {
    const { createdAt } = contacts.find((contact) => contact.userId === notification.userId) ?? {};
    if (createdAt && (await claimAddition(notification.userId, userId, Date.parse(createdAt))))
      await putNotification(notification);
  });
};

/**
 * Makes somebody's notifications again, wherever one is lost or what is noted of it is wrong: of what they have not read in
 * their rooms, of being added to these, and what their own additions to their contacts told others of. It may be done at any
 * time, and again: what is right stays, and so does what was deleted. Nobody is told of what it makes: it is there when they
 * look. Room by room; where there is no time left it gives the room after which to go on.
 */
export const rebuildNotifications = async (
  userId: string,
  after: string | undefined,
  hasTime: () => boolean,
): Promise<string | undefined> => {
  const [all, blocks] = await Promise.all([listRoomIds(userId), listBlocks(userId, "consistent")]);
  const apart = new Set(blocks.map((block) => block.userId));
  let known = await getKnown(userId, apart);
  const roomIds = all.filter((roomId) => after === undefined || roomId > after).sort();
  for (let at = 0; at < roomIds.length; at += roomsAtOnce) {
    if (at > 0 && !hasTime()) return roomIds[at - 1];
    const rooms = await getRooms(userId, roomIds.slice(at, at + roomsAtOnce));
    const addressing = (await Promise.all(rooms.map((room) => listAddressing(room, apart)))).flat();
    await putMissing([...rooms.flatMap((room) => invitationOf(room, apart)), ...addressing]);
    // What addresses them has told them of itself, and no more.
    known = { ...known, notifications: [...known.notifications, ...addressing] };
    await rebuildStretches(rooms, known);
  }
  await rebuildRequests(userId, apart);
  return undefined;
};
