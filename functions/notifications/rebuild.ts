import { contactLimit } from "../../contract/contacts.ts";
import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { isoOf } from "../kernel/runtime/time.ts";
import type { MemberRoom } from "../rooms/access.ts";
import { listBlocks } from "../store/contacts/blocks.ts";
import { claimAddition, listContacts } from "../store/contacts/contacts.ts";
import {
  keptSince,
  listMissing,
  listNotifications,
  type NewNotification,
  putNotification,
} from "../store/notifications/notifications.ts";
import { isThere } from "../store/rooms/heads.ts";
import { getMembersOf, type Member } from "../store/rooms/members.ts";
import { listRoomIds } from "../store/rooms/memberships.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { getProfile, type Profile } from "../store/users/profiles.ts";
import { notificationOfContact, notificationOfInvitation } from "./create.ts";
import { listDirectNotifications } from "./rebuild-direct.ts";
import { rebuildUnreadNotices } from "./rebuild-unread.ts";

const roomsAtOnce = 10;
/**
 * The number of a user's notifications that are read, of emergencies and of others each: more than
 * are ever shown.
 */
const notificationsRead = 2000;
const putsAtOnce = 25;

/** A room of the user that exists, and the user who added them to it. */
type JoinedRoom = MemberRoom & Pick<Member, "addedBy">;

async function getRooms(userId: string, roomIds: readonly string[]): Promise<JoinedRoom[]> {
  // Reads the heads last: so no membership records a seq above that of its head.
  const members = await getMembersOf(userId, roomIds);
  const { heads } = await batchGet({ heads: roomIds }, "consistent");
  const mine = new Map(members.map((member) => [member.membership.roomId, member]));
  return heads.flatMap((head) => {
    const member = mine.get(head.id);
    return member && isThere(head) ? [{ head, me: member.membership, addedBy: member.addedBy }] : [];
  });
}

/** Returns the ids of the users blocked by a user, and of the users blocking them. */
async function getBlockedIds(userId: string): Promise<Set<string>> {
  return new Set((await listBlocks(userId, "consistent")).map((block) => block.userId));
}

async function putMissing(notifications: readonly NewNotification[]): Promise<void> {
  const missing = await listMissing(notifications);
  await forEachConcurrent(missing, putsAtOnce, async (notification) => {
    await putNotification(notification);
  });
}

/**
 * Returns the notification of the user's addition to a room by another user. Returns none if that
 * is longer ago than notifications are kept, or a block stands between the two.
 */
function invitationOf({ head, me, addedBy }: JoinedRoom, blockedIds: ReadonlySet<string>): NewNotification[] {
  const { userId, joinedAt } = me;
  if (addedBy === null || blockedIds.has(addedBy) || Date.parse(joinedAt) <= keptSince()) return [];
  return [notificationOfInvitation({ roomId: head.id, userId, addedBy, joinedAt }, true)];
}

/**
 * Notifies the users whom a user has added to their contacts. Nothing of their own items says that
 * they were added, so they are notified by this user's rebuild. A user who was added several times
 * in a day was notified of the first time.
 */
async function rebuildRequests(userId: string, blockedIds: ReadonlySet<string>): Promise<void> {
  const contacts = (await listContacts(userId, contactLimit)).filter(
    (contact) => !blockedIds.has(contact.userId) && Date.parse(contact.createdAt) > keptSince(),
  );
  const missing = await listMissing(contacts.map((contact) => notificationOfContact(userId, contact, true)));
  const missingIds = new Set(missing.map((notification) => notification.userId));
  await forEachConcurrent(
    contacts.filter((contact) => missingIds.has(contact.userId)),
    putsAtOnce,
    async (contact) => {
      const at = await claimAddition(contact.userId, userId, Date.parse(contact.createdAt));
      if (at > keptSince())
        await putNotification(notificationOfContact(userId, { ...contact, createdAt: isoOf(at) }, true));
    },
  );
}

/**
 * Returns the place where the rebuild of a user continues: after a room, or in it with the messages
 * up to the seq `last`.
 */
function placeOf(roomId: string, last?: number): string {
  return last === undefined ? roomId : `${roomId} ${last}`;
}

function parsePlace(place: string | undefined): { readonly roomId: string; readonly last?: number } {
  const [roomId = "", last] = (place ?? "").split(" ");
  return last === undefined ? { roomId } : { roomId, last: Number(last) };
}

/** Rooms of a user that are rebuilt in one step. */
interface Batch {
  readonly rooms: readonly JoinedRoom[];
  readonly user: Pick<Profile, "id" | "username">;
  readonly blockedIds: ReadonlySet<string>;
}

/**
 * Puts the missing direct notifications of some rooms, page by page, and returns all direct ones.
 * `rest` is the place to continue from if no time is left. Unfinished rooms after it are read again
 * then, and find the notifications that are put.
 */
async function rebuildDirect(
  { rooms, user, blockedIds }: Batch,
  begun: ReturnType<typeof parsePlace>,
  hasTime: () => boolean,
): Promise<{ readonly direct: readonly NewNotification[]; readonly rest?: string }> {
  const direct: NewNotification[] = [];
  let waiting = rooms.map((room) => ({ room, last: room.head.id === begun.roomId ? begun.last : undefined }));
  while (waiting.length > 0) {
    const pages = await Promise.all(
      waiting.map(async ({ room, last }) => ({
        room,
        ...(await listDirectNotifications(room, user, blockedIds, last)),
      })),
    );
    const notifications = pages.flatMap((page) => page.notifications);
    await putMissing(notifications);
    direct.push(...notifications);
    waiting = pages
      .flatMap(({ room, next }) => (next === undefined ? [] : [{ room, last: next }]))
      .sort((one, other) => (one.room.head.id < other.room.head.id ? -1 : 1));
    const [first] = waiting;
    if (first && !hasTime()) return { direct, rest: placeOf(first.room.head.id, first.last) };
  }
  return { direct };
}

/**
 * Makes a user's notifications again where one is lost or its record is wrong: of unread messages
 * in their rooms, and of their addition to these rooms. It also makes the notifications by which
 * the user's additions to their contacts notified others. It may run at any time, and repeatedly:
 * correct notifications stay, and so do deletions. It publishes and pushes none of them: users see
 * them when they list their notifications. It handles some rooms at a time, and returns the place
 * to continue from if no time is left.
 */
export async function rebuildNotifications(
  userId: string,
  after: string | undefined,
  hasTime: () => boolean,
): Promise<string | undefined> {
  const [all, user, existing] = await Promise.all([
    listRoomIds(userId),
    getProfile(userId),
    listNotifications(userId, notificationsRead),
  ]);
  if (!user) return undefined;
  const begun = parsePlace(after);
  const roomIds = all
    .filter((roomId) => (begun.last === undefined ? roomId > begun.roomId : roomId >= begun.roomId))
    .sort();
  for (let at = 0; at < roomIds.length; at += roomsAtOnce) {
    if (at > 0 && !hasTime()) return placeOf(roomIds[at - 1] ?? "");
    const batch = roomIds.slice(at, at + roomsAtOnce);
    const [rooms, blockedIds] = await Promise.all([getRooms(userId, batch), getBlockedIds(userId)]);
    await putMissing(rooms.flatMap((room) => invitationOf(room, blockedIds)));
    const { direct, rest } = await rebuildDirect({ rooms, user, blockedIds }, begun, hasTime);
    if (rest !== undefined) return rest;
    // A direct notification notifies of its own message alone.
    await rebuildUnreadNotices(rooms, { blockedIds, notifications: [...existing, ...direct] });
  }
  await rebuildRequests(userId, await getBlockedIds(userId));
  return undefined;
}
