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
import { notificationOfContact, notificationOfInvitation } from "./compose.ts";
import { listAddressingMessages } from "./rebuild-direct.ts";
import { rebuildUnreadNotices } from "./rebuild-unread.ts";

const roomsAtOnce = 10;
/** Notifications of somebody that are looked at, emergencies apart: more than are ever shown. */
const looked = 2000;
const putsAtOnce = 25;

/** A room of somebody's that is there, and who added them to it. */
type JoinedRoom = MemberRoom & Pick<Member, "addedBy">;

async function getRooms(userId: string, roomIds: readonly string[]): Promise<JoinedRoom[]> {
  // Heads last: what a membership notes of messages is never beyond them.
  const members = await getMembersOf(userId, roomIds);
  const { heads } = await batchGet({ heads: roomIds }, "consistent");
  const mine = new Map(members.map((member) => [member.membership.roomId, member]));
  return heads.flatMap((head) => {
    const member = mine.get(head.id);
    return member && isThere(head) ? [{ head, me: member.membership, addedBy: member.addedBy }] : [];
  });
}

/** Who is nobody to somebody: whom they block, and who blocks them. */
async function getApart(userId: string): Promise<Set<string>> {
  return new Set((await listBlocks(userId, "consistent")).map((block) => block.userId));
}

async function putMissing(notifications: readonly NewNotification[]): Promise<void> {
  const missing = await listMissing(notifications);
  await forEachConcurrent(missing, putsAtOnce, async (notification) => {
    await putNotification(notification);
  });
}

/** What notified somebody of being added to a room, unless that is longer ago than notifications are kept. */
function invitationOf({ head, me, addedBy }: JoinedRoom, apart: ReadonlySet<string>): NewNotification[] {
  const { userId, joinedAt } = me;
  if (addedBy === null || apart.has(addedBy) || Date.parse(joinedAt) <= keptSince()) return [];
  return [notificationOfInvitation({ roomId: head.id, userId, addedBy, joinedAt }, true)];
}

/**
 * Notifies those whom somebody has added to their contacts, who find out by nothing of their own that they were. Of one who
 * was added several times in a day, it is the first time that told them.
 */
async function rebuildRequests(userId: string, apart: ReadonlySet<string>): Promise<void> {
  const contacts = (await listContacts(userId, contactLimit)).filter(
    (contact) => !apart.has(contact.userId) && Date.parse(contact.createdAt) > keptSince(),
  );
  const missing = await listMissing(contacts.map((contact) => notificationOfContact(userId, contact, true)));
  const untold = new Set(missing.map((notification) => notification.userId));
  await forEachConcurrent(
    contacts.filter((contact) => untold.has(contact.userId)),
    putsAtOnce,
    async (contact) => {
      const at = await claimAddition(contact.userId, userId, Date.parse(contact.createdAt));
      if (at > keptSince())
        await putNotification(notificationOfContact(userId, { ...contact, createdAt: isoOf(at) }, true));
    },
  );
}

/** Where a rebuild of one person goes on: behind a room, or in it, with messages up to a number. */
function placeOf(roomId: string, last?: number): string {
  return last === undefined ? roomId : `${roomId} ${last}`;
}

function parsePlace(place: string | undefined): { readonly roomId: string; readonly last?: number } {
  const [roomId = "", last] = (place ?? "").split(" ");
  return last === undefined ? { roomId } : { roomId, last: Number(last) };
}

/** Some rooms of somebody's that are rebuilt together. */
interface Batch {
  readonly rooms: readonly JoinedRoom[];
  readonly person: Pick<Profile, "id" | "username">;
  readonly apart: ReadonlySet<string>;
}

/**
 * Puts what is missing of what addresses somebody in some rooms, page by page, and gives all that does. `rest` is where to go
 * on if there is no time left: rooms behind it that are not done yet are gone through again, and find what is put.
 */
async function rebuildAddressing(
  { rooms, person, apart }: Batch,
  begun: ReturnType<typeof parsePlace>,
  hasTime: () => boolean,
): Promise<{ readonly addressing: readonly NewNotification[]; readonly rest?: string }> {
  const addressing: NewNotification[] = [];
  let waiting = rooms.map((room) => ({ room, last: room.head.id === begun.roomId ? begun.last : undefined }));
  while (waiting.length > 0) {
    const pages = await Promise.all(
      waiting.map(async ({ room, last }) => ({
        room,
        ...(await listAddressingMessages(room, person, apart, last)),
      })),
    );
    const notifications = pages.flatMap((page) => page.notifications);
    await putMissing(notifications);
    addressing.push(...notifications);
    waiting = pages
      .flatMap(({ room, next }) => (next === undefined ? [] : [{ room, last: next }]))
      .sort((one, other) => (one.room.head.id < other.room.head.id ? -1 : 1));
    const [first] = waiting;
    if (first && !hasTime()) return { addressing, rest: placeOf(first.room.head.id, first.last) };
  }
  return { addressing };
}

/**
 * Makes somebody's notifications again, wherever one is lost or what is noted of it is wrong: of what they have not read in
 * their rooms, of being added to these, and what their own additions to their contacts told others of. It may be done at any
 * time, and again: what is right stays, and so does what was deleted. Nobody is told of what it makes: it is there when they
 * look. Some rooms at a time; where there is no time left it gives the place from which to go on.
 */
export async function rebuildNotifications(
  userId: string,
  after: string | undefined,
  hasTime: () => boolean,
): Promise<string | undefined> {
  const [all, person, told] = await Promise.all([
    listRoomIds(userId),
    getProfile(userId),
    listNotifications(userId, looked),
  ]);
  if (!person) return undefined;
  const begun = parsePlace(after);
  const roomIds = all
    .filter((roomId) => (begun.last === undefined ? roomId > begun.roomId : roomId >= begun.roomId))
    .sort();
  for (let at = 0; at < roomIds.length; at += roomsAtOnce) {
    if (at > 0 && !hasTime()) return placeOf(roomIds[at - 1] ?? "");
    const batch = roomIds.slice(at, at + roomsAtOnce);
    const [rooms, apart] = await Promise.all([getRooms(userId, batch), getApart(userId)]);
    await putMissing(rooms.flatMap((room) => invitationOf(room, apart)));
    const { addressing, rest } = await rebuildAddressing({ rooms, person, apart }, begun, hasTime);
    if (rest !== undefined) return rest;
    // What addresses them has told them of itself, and no more.
    await rebuildUnreadNotices(rooms, { apart, notifications: [...told, ...addressing] });
  }
  await rebuildRequests(userId, await getApart(userId));
  return undefined;
}
