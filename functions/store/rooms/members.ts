/**
 * Members who join and leave: their memberships, each with the number of the roster chunk that
 * names the member. memberships.ts has the changes of a membership in between.
 *   one, many of a room       ROOM#r / MEMBER#u
 */
import type { RoomRole } from "../../../contract/objects/room.ts";
import { forEachConcurrent } from "../../kernel/runtime/for-each-concurrent.ts";
import { keys } from "../table/keys.ts";
import { getItems, type Item, putIfAbsent, takeItem, updateItem } from "../table/table.ts";
import { type Membership, membershipFromItem, newMembershipItem } from "./memberships.ts";

export interface Member {
  readonly membership: Membership;
  /** The number of the roster chunk that names the member. */
  readonly chunk: number;
  /** The user who added the member; null if the member joined by themselves or created the room. */
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
  /** The user who adds the newcomer; undefined if they join by themselves or create the room. */
  readonly addedBy?: string | undefined;
  /** The rate bucket to begin with (see Membership); absent for a full one. */
  readonly bucketAt?: number | undefined;
}

/** Returns the item of a newcomer. The first chunk, which has most members, takes no attribute. */
export function newMemberItem(roomId: string, newcomer: Newcomer, chunk: number) {
  return {
    ...newMembershipItem({ ...newcomer, roomId }),
    ...(chunk > 0 && { chunk }),
    ...(newcomer.addedBy !== undefined && { added_by: newcomer.addedBy }),
  };
}

/** Returns those of the users who are members of a room, by user. The read is consistent. */
export async function getMembers(roomId: string, userIds: readonly string[]): Promise<Map<string, Member>> {
  const items = await getItems(
    userIds.map((userId) => keys.membership(roomId, userId)),
    "consistent",
  );
  return new Map(items.map(memberFromItem).map((member) => [member.membership.userId, member]));
}

/**
 * Returns a user's memberships of those rooms that have them as a member. The read is consistent.
 */
export async function getMembersOf(userId: string, roomIds: readonly string[]): Promise<Member[]> {
  return (
    await getItems(
      roomIds.map((roomId) => keys.membership(roomId, userId)),
      "consistent",
    )
  ).map(memberFromItem);
}

const putsAtOnce = 25;

/**
 * Puts a membership for each newcomer without one. Returns the memberships of all newcomers after
 * that, by user.
 */
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

/** Records another chunk of a member, because the first one was full. */
export async function moveMember(roomId: string, userId: string, chunk: number): Promise<void> {
  await updateItem(keys.membership(roomId, userId), {
    set: { chunk },
    condition: "attribute_exists(pk)",
  });
}

/** Ends a membership and returns what it was; undefined if there was none. */
export async function takeMember(roomId: string, userId: string): Promise<Member | undefined> {
  const item = await takeItem(keys.membership(roomId, userId));
  return item && memberFromItem(item);
}

/** Changes the role of a member. Returns undefined if the user is not a member. */
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

/** The changes of a member's notifications: an absent one stays. */
export interface NotificationChanges {
  readonly enabled?: boolean | undefined;
  /** RFC 3339, or null to end a mute. */
  readonly mutedUntil?: string | null | undefined;
}

/** Changes a member's notifications. Returns undefined if the user is not a member. */
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

/** Attributes that a membership loses when its member starts again. */
const lostAttributes = [
  "read_ahead",
  "delivered_seq",
  "read_at",
  "delivered_at",
  "notified_seq",
  "notifications",
  "muted_until",
];

/**
 * Lets a member of a direct room start again after the room was deleted, unless they have already.
 * Everything in their membership except the rate bucket is from before. The time of the deletion
 * tells the two apart even if no message came before it.
 */
export async function restartMember(roomId: string, newcomer: Newcomer, deletedAt: string): Promise<void> {
  const { pk: _pk, sk: _sk, ...attributes } = newMemberItem(roomId, newcomer, 0);
  await updateItem(keys.membership(roomId, newcomer.userId), {
    set: attributes,
    remove: lostAttributes,
    condition: "attribute_not_exists(pk) OR joined_seq < :joined_seq OR joined_at < :deleted_at",
    values: { deleted_at: Date.parse(deletedAt) },
  });
}
