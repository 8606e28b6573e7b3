/**
 * Notifications: what somebody is to know of, each put once by what follows the table's changes.
 *   one                       USER#u / NOTIF#id
 *   of a user, newest first   USER#u / NOTIF#..., emergencies apart from all else
 *   all read up to when       USER#u / NOTICED
 * What changes with every message, such as how many there are and whether they are read, stands in memberships and heads.
 */
import { randomUUID } from "node:crypto";
import type { NotificationType } from "../../../contract/objects/notification.ts";
import { environment } from "../../kernel/runtime/environment.ts";
import { notificationTime } from "../../kernel/runtime/ids.ts";
import { epochSeconds, isoOf } from "../../kernel/runtime/time.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { deleteIf, getItem, getItems, type Item, putIfAbsent, queryAll, updateItem } from "../table/table.ts";

/** What makes a notification. */
export interface NewNotification {
  readonly userId: string;
  /** Follows from what it is about (see notificationId), so that it is put once. */
  readonly id: string;
  readonly type: NotificationType;
  /** Who set it off. */
  readonly actorId: string;
  /** The room that it is about; null for a contact. */
  readonly roomId: string | null;
  /** The message that it is about; null for an invitation or a contact. */
  readonly seq: number | null;
  /** Of an invitation, when the membership began. RFC 3339. */
  readonly joinedAt: string | null;
  /** Whether it stands for one that was told before, and is told nobody again. */
  readonly isRebuilt: boolean;
}

export interface StoredNotification extends NewNotification {
  /** When that happened which it is about. RFC 3339. */
  readonly createdAt: string;
  /** When it was put, in milliseconds since 1970. */
  readonly notedAt: number;
  /** Whether it was marked as read by itself. */
  readonly isMarkedRead: boolean;
  /** Whether its owner has deleted it: it is shown nowhere, and not put again. */
  readonly isDeleted: boolean;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

function textOr(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A notification of an item. Each `as` is safe: the attributes were written by this module alone. */
export function notificationFromItem(item: Item): StoredNotification {
  const id = idOfKey(String(item.sk));
  return {
    userId: idOfKey(String(item.pk)),
    id,
    type: item.type as NotificationType,
    actorId: String(item.actor),
    roomId: textOr(item.room),
    seq: typeof item.seq === "number" ? item.seq : null,
    joinedAt: typeof item.joined === "number" ? isoOf(item.joined) : null,
    isRebuilt: item.rebuilt !== undefined,
    createdAt: isoOf(notificationTime(id)),
    notedAt: Number(item.noted_at),
    isMarkedRead: item.read === true,
    isDeleted: item.deleted !== undefined,
    expiresAt: Number(item.expires_at),
  };
}

const daySeconds = 24 * 60 * 60;

/**
 * Takes away one that a rebuild made at this time, in milliseconds since 1970, unless its owner has come to it already; true
 * if it did.
 */
async function removeRebuilt({ userId, id }: NewNotification, rebuiltAt: number): Promise<boolean> {
  if ((await getNoticed(userId)) >= rebuiltAt) return false;
  const { done } = await deleteIf(keys.notification(userId, id), {
    ConditionExpression: "rebuilt = :at AND attribute_not_exists(#read) AND attribute_not_exists(deleted)",
    ExpressionAttributeNames: { "#read": "read" },
    ExpressionAttributeValues: { ":at": rebuiltAt },
  });
  return done;
}

/**
 * Puts a notification unless there is one with its id, and gives the one that there is. One that is made again counts as
 * noted when it was first, by the time of its id: who has marked all as read since has read it, and it is kept no longer.
 * Where a rebuild came first, of which nobody is told, the notification takes its place, and what follows it sees that it is
 * new.
 */
export async function putNotification(notification: NewNotification): Promise<StoredNotification> {
  const now = Date.now();
  const at = notification.isRebuilt ? notificationTime(notification.id) : now;
  const item = {
    ...keys.notification(notification.userId, notification.id),
    type: notification.type,
    actor: notification.actorId,
    ...(notification.roomId !== null && { room: notification.roomId }),
    ...(notification.seq !== null && { seq: notification.seq }),
    ...(notification.joinedAt !== null && { joined: Date.parse(notification.joinedAt) }),
    ...(notification.isRebuilt && { rebuilt: now }),
    noted_at: at,
    expires_at: epochSeconds(at) + environment.notificationDays * daySeconds,
  };
  let outcome = await putIfAbsent(item);
  const rebuiltAt = outcome.done ? undefined : outcome.item?.rebuilt;
  if (
    typeof rebuiltAt === "number" &&
    !notification.isRebuilt &&
    (await removeRebuilt(notification, rebuiltAt))
  )
    outcome = await putIfAbsent(item);
  return notificationFromItem(outcome.done || !outcome.item ? item : outcome.item);
}

/** Those of some notifications in whose place there is nothing, not even that they were deleted. */
export async function listMissing(notifications: readonly NewNotification[]): Promise<NewNotification[]> {
  const items = await getItems(
    notifications.map(({ userId, id }) => keys.notification(userId, id)),
    "consistent",
  );
  const there = new Set(items.map((item) => `${item.pk} ${item.sk}`));
  return notifications.filter(({ userId, id }) => {
    const { pk, sk } = keys.notification(userId, id);
    return !there.has(`${pk} ${sk}`);
  });
}

/** Since when notifications are kept, in milliseconds since 1970: what is older was told of, and is gone. */
export function keptSince(): number {
  return Date.now() - environment.notificationDays * daySeconds * 1000;
}

/** DynamoDB deletes what has expired up to two days late. */
function isThere({ isDeleted, expiresAt }: StoredNotification): boolean {
  return !isDeleted && expiresAt > epochSeconds();
}

/** A notification as it is now, or what was left when it was deleted; undefined for neither. */
export async function findNotification(
  userId: string,
  notificationId: string,
): Promise<StoredNotification | undefined> {
  const item = await getItem(keys.notification(userId, notificationId), "consistent");
  return item && notificationFromItem(item);
}

/** A notification as it is now; undefined for one that was deleted, or has expired. */
export async function getNotification(
  userId: string,
  notificationId: string,
): Promise<StoredNotification | undefined> {
  const notification = await findNotification(userId, notificationId);
  return notification && isThere(notification) ? notification : undefined;
}

function listBetween(
  { pk, from, to }: { readonly pk: string; readonly from: string; readonly to: string },
  limit: number,
): Promise<Item[]> {
  return queryAll(
    {
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
      FilterExpression: "attribute_not_exists(deleted) AND expires_at > :now",
      ExpressionAttributeValues: { ":pk": pk, ":from": from, ":to": to, ":now": epochSeconds() },
      ScanIndexForward: false,
      ConsistentRead: true,
    },
    limit,
  );
}

/**
 * Somebody's notifications, the newest first: emergencies up to a limit, and up to the same one all others, so that nothing
 * else can take an emergency's place.
 */
export async function listNotifications(userId: string, limit: number): Promise<StoredNotification[]> {
  const items = await Promise.all(
    [keys.emergenciesOf(userId), keys.notificationsOf(userId)].map((range) => listBetween(range, limit)),
  );
  return items
    .flat()
    .map(notificationFromItem)
    .sort((one, other) => notificationTime(other.id) - notificationTime(one.id));
}

/** Marks a notification as read; false if it is not there. */
export async function markNotified(userId: string, notificationId: string): Promise<boolean> {
  const { done } = await updateItem(keys.notification(userId, notificationId), {
    UpdateExpression: "SET #read = :yes",
    ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(deleted)",
    ExpressionAttributeNames: { "#read": "read" },
    ExpressionAttributeValues: { ":yes": true },
  });
  return done;
}

/** Days in which a change may still be followed a second time: those of a stream, and of a dead letter. */
const repeatDays = 1 + 14;

/**
 * Deletes a notification; false if it is not there. Something stays in its place for as long as the change that made it
 * may be followed again, or a rebuild may make it.
 */
export async function deleteNotification({
  userId,
  id,
  expiresAt,
}: Pick<StoredNotification, "userId" | "id" | "expiresAt">): Promise<boolean> {
  const now = epochSeconds();
  // By which a call knows its own write: the SDK repeats one whose answer was lost.
  const deletion = randomUUID();
  const { done, item } = await updateItem(keys.notification(userId, id), {
    UpdateExpression: "SET deleted = :deletion, expires_at = :expires",
    ConditionExpression: "attribute_not_exists(deleted) AND expires_at > :now",
    ExpressionAttributeValues: {
      ":deletion": deletion,
      ":now": now,
      ":expires": Math.max(expiresAt, now + repeatDays * daySeconds),
    },
  });
  return done || item?.deleted === deletion;
}

/** Up to when somebody has marked all of their notifications as read, in milliseconds since 1970. */
export async function getNoticed(userId: string): Promise<number> {
  const item = await getItem(keys.readAll(userId), "consistent");
  return typeof item?.at === "number" ? item.at : 0;
}

/** Marks all notifications of somebody that there were at a time, in milliseconds since 1970, as read. */
export async function markAllNotified(userId: string, at: number): Promise<void> {
  await updateItem(keys.readAll(userId), {
    UpdateExpression: "SET #at = :now",
    ConditionExpression: "attribute_not_exists(#at) OR #at < :now",
    ExpressionAttributeNames: { "#at": "at" },
    ExpressionAttributeValues: { ":now": at },
  });
}
