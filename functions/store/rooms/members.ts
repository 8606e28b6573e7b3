/**
 * Members who come and go: their memberships, each with the number of the roster chunk that names them. What happens to
 * a membership in between is in memberships.ts.
 *   one, many of a room       ROOM#r / MEMBER#u
 */
import type { RoomRole } from "../../../contract/objects/room.ts";
import { forEachConcurrent } from "../../kernel/runtime/for-each-concurrent.ts";
import { keys } from "../table/keys.ts";
import { getItems, type Item, putIfAbsent, takeItem, updateItem } from "../table/table.ts";
import { type Membership, membershipFromItem, newMembershipItem } from "./memberships.ts";

export interface Member {
  readonly membership: Membership;
  /** The number of the roster chunk that names them. */
  readonly chunk: number;
  /** Who added them; null for one who joined, or made the room. */
  readonly addedBy: string | null;
}

export function memberFromItem(item: Item): Member {
  return {
    membership: membershipFromItem(item),
    addedBy: typeof item.added_by === "string" ? item.added_by : null,
    chunk: typeof item.chunk === "number" ? item.chunk : 0,
  };
}

export interface Newcomer {
  readonly userId: string;
  readonly role: RoomRole;
  /** RFC 3339. */
  readonly joinedAt: string;
  readonly joinedSeq: number;
  /** Who adds them; undefined for one who joins, or makes the room. */
  readonly addedBy?: string | undefined;
  /** The rate bucket that they begin with (see Membership); absent for a full one. */
  readonly bucketAt?: number | undefined;
}

/** The item of somebody who joins; the first chunk, where most are, takes no attribute. */
export function newMemberItem(roomId: string, newcomer: Newcomer, chunk: number) {
  return {
    ...newMembershipItem({ ...newcomer, roomId }),
    ...(chunk > 0 && { chunk }),
    ...(newcomer.addedBy !== undefined && { added_by: newcomer.addedBy }),
  };
}

/** Members of a room by their ids, those that there are, as they are now. */
export async function getMembers(roomId: string, userIds: readonly string[]): Promise<Map<string, Member>> {
  const items = await getItems(
    userIds.map((userId) => keys.membership(roomId, userId)),
    "consistent",
  );
  return new Map(items.map(memberFromItem).map((member) => [member.membership.userId, member]));
}

/** Somebody's memberships of some rooms, those that there are, as they are now. */
export async function getMembersOf(userId: string, roomIds: readonly string[]): Promise<Member[]> {
  return (
    await getItems(
      roomIds.map((roomId) => keys.membership(roomId, userId)),
      "consistent",
    )
  ).map(memberFromItem);
}

const putsAtOnce = 25;

/** Puts a membership for each newcomer who has none, and gives everybody's as they are then. */
export async function putMembers(
  roomId: string,
  newcomers: readonly Newcomer[],
  chunk: number,
): Promise<Map<string, Member>> {
  const members = new Map<string, Member>();
  await forEachConcurrent(newcomers, putsAtOnce, async (newcomer) => {
    const item = newMemberItem(roomId, newcomer, chunk);
    const outcome = await putIfAbsent(item);
    members.set(newcomer.userId, memberFromItem(outcome.done || !outcome.item ? item : outcome.item));
  });
  return members;
}

/** Notes another chunk of a member's, where the first had no room. */
export async function moveMember(roomId: string, userId: string, chunk: number): Promise<void> {
  await updateItem(keys.membership(roomId, userId), {
    set: { chunk },
    condition: "attribute_exists(pk)",
  });
}

/** Ends a membership, and gives what it was; undefined if there was none. */
export async function takeMember(roomId: string, userId: string): Promise<Member | undefined> {
  const item = await takeItem(keys.membership(roomId, userId));
  return item && memberFromItem(item);
}

/** Gives a member another role; undefined if they are none. */
export async function updateMemberRole(
  roomId: string,
  userId: string,
  role: RoomRole,
): Promise<Member | undefined> {
  const outcome = await updateItem(keys.membership(roomId, userId), {
    set: { role },
    condition: "attribute_exists(pk)",
    returns: "ALL_NEW",
  });
  return outcome.done ? memberFromItem(outcome.item) : undefined;
}

/** What changes of a member's notifications; absent for what stays. */
export interface NotificationChanges {
  readonly enabled?: boolean | undefined;
  /** RFC 3339, or null to end a mute. */
  readonly mutedUntil?: string | null | undefined;
}

/** Changes a member's notifications; undefined if they are none. */
export async function updateMemberNotifications(
  roomId: string,
  userId: string,
  { enabled, mutedUntil }: NotificationChanges,
): Promise<Membership | undefined> {
  const outcome = await updateItem(keys.membership(roomId, userId), {
    set: { notifications: enabled, muted_until: mutedUntil },
    condition: "attribute_exists(pk)",
    returns: "ALL_NEW",
  });
  return outcome.done ? membershipFromItem(outcome.item) : undefined;
}

/** What a membership no longer has when its member starts anew. */
const ended = [
  "read_ahead",
  "delivered_seq",
  "read_at",
  "delivered_at",
  "notified_seq",
  "notifications",
  "muted_until",
];

/**
 * Lets a member of a direct room that was deleted at a time start anew, unless they have: all but the rate bucket that
 * their membership held is of before. The time tells even where nothing was said before the deletion.
 */
export async function restartMember(roomId: string, newcomer: Newcomer, deletedAt: string): Promise<void> {
  const { pk: _pk, sk: _sk, ...attributes } = newMemberItem(roomId, newcomer, 0);
  await updateItem(keys.membership(roomId, newcomer.userId), {
    set: attributes,
    remove: ended,
    condition: "attribute_not_exists(pk) OR joined_seq < :joined_seq OR joined_at < :deleted_at",
    values: { deleted_at: Date.parse(deletedAt) },
  });
}
