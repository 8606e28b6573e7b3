/**
 * Notifications: the stream's handlers put each once.
 *   one                       USER#u / NOTIF#id
 *   of a user, newest first   USER#u / NOTIF#..., emergencies apart from all others
 *   the read-all time         USER#u / READ_ALL
 * Memberships and heads hold what changes with every message, such as how many messages there are
 * and whether they are read.
 */
import { randomUUID } from "node:crypto";
import type { NotificationType } from "../../../contract/objects/notification.ts";
import { environment } from "../../kernel/runtime/environment.ts";
import { notificationTime } from "../../kernel/runtime/ids.ts";
import { epochSeconds, isoOf } from "../../kernel/runtime/time.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { deleteIf, getItem, getItems, type Item, putIfAbsent, queryAll, updateItem } from "../table/table.ts";

/** The facts that make a notification. */
export interface NewNotification {
  readonly userId: string;
  /** Derived from its subject (see notificationId), so that it is put once. */
  readonly id: string;
  readonly type: NotificationType;
  /** The user who caused it. */
  readonly actorId: string;
  /** The room of its subject; null for a contact. */
  readonly roomId: string | null;
  /** The message that it is about; null for an invitation or a contact. */
  readonly seq: number | null;
  /** When the membership of an invitation began; null for other types. RFC 3339. */
  readonly joinedAt: string | null;
  /** Whether a rebuild made it in place of an earlier one: it is not delivered again. */
  readonly isRebuilt: boolean;
}

export interface StoredNotification extends NewNotification {
  /** The time of its subject. RFC 3339. */
  readonly createdAt: string;
  /** When it was put, in milliseconds since 1970. */
  readonly recordedAt: number;
  /** Whether the user marked this single notification as read. */
  readonly isMarkedRead: boolean;
  /** Whether its user has deleted it: it is shown nowhere, and not put again. */
  readonly isDeleted: boolean;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

function textOr(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/**
 * Returns the notification of an item. Each `as` is safe: only this module writes the attributes.
 */
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
    recordedAt: Number(item.recorded_at),
    isMarkedRead: item.read === true,
    isDeleted: item.deleted !== undefined,
    expiresAt: Number(item.expires_at),
  };
}

const daySeconds = 24 * 60 * 60;

/**
 * Removes a notification that a rebuild made at this time, in milliseconds since 1970, unless its
 * user has read or deleted it. Returns whether it did.
 */
async function removeRebuilt({ userId, id }: NewNotification, rebuiltAt: number): Promise<boolean> {
  if ((await getReadAllTime(userId)) >= rebuiltAt) return false;
  const { done } = await deleteIf(
    keys.notification(userId, id),
    ["rebuilt = :at", "attribute_not_exists(#read)", "attribute_not_exists(deleted)"],
    { at: rebuiltAt },
  );
  return done;
}

/**
 * Puts a notification if none has its id. Returns the stored one. A rebuilt notification counts as
 * recorded at the time of its id: a user who has marked all as read since then has read it, and it
 * is kept no longer. If a rebuild came before the stream, the notification replaces the rebuilt
 * one, which was never delivered. So its handlers see a new notification.
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
    recorded_at: at,
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

/** Returns those notifications without an item. A deleted notification still has one. */
export async function listMissing(notifications: readonly NewNotification[]): Promise<NewNotification[]> {
  const items = await getItems(
    notifications.map(({ userId, id }) => keys.notification(userId, id)),
    "consistent",
  );
  const existing = new Set(items.map((item) => `${item.pk} ${item.sk}`));
  return notifications.filter(({ userId, id }) => {
    const { pk, sk } = keys.notification(userId, id);
    return !existing.has(`${pk} ${sk}`);
  });
}

/**
 * Returns since when notifications are kept, in milliseconds since 1970. Users were notified of
 * older subjects, and those notifications have expired.
 */
export function keptSince(): number {
  return Date.now() - environment.notificationDays * daySeconds * 1000;
}

/** DynamoDB deletes expired items up to two days late. */
function isCurrent({ isDeleted, expiresAt }: StoredNotification): boolean {
  return !isDeleted && expiresAt > epochSeconds();
}

/** Returns a notification, or what its deletion left of it; undefined if there is neither. */
export async function findNotification(
  userId: string,
  notificationId: string,
): Promise<StoredNotification | undefined> {
  const item = await getItem(keys.notification(userId, notificationId), "consistent");
  return item && notificationFromItem(item);
}

/** Returns a notification; undefined if it was deleted or has expired. */
export async function getNotification(
  userId: string,
  notificationId: string,
): Promise<StoredNotification | undefined> {
  const notification = await findNotification(userId, notificationId);
  return notification && isCurrent(notification) ? notification : undefined;
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
 * Returns a user's notifications, the newest first: emergencies up to a limit, and all others up to
 * the same limit. So no other notification takes an emergency's place.
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

/** Marks a notification as read. Returns false if there is none. */
export async function setNotificationRead(userId: string, notificationId: string): Promise<boolean> {
  const { done } = await updateItem(keys.notification(userId, notificationId), {
    set: { read: true },
    condition: ["attribute_exists(pk)", "attribute_not_exists(deleted)"],
  });
  return done;
}

/** Days in which a handler may process a change again: those of the stream and of a dead letter. */
const repeatDays = 1 + 14;

/**
 * Deletes a notification. Returns false if there is none. Its item stays, marked as deleted, as
 * long as a handler may process its change again, or a rebuild may make it.
 */
export async function deleteNotification({
  userId,
  id,
  expiresAt,
}: Pick<StoredNotification, "userId" | "id" | "expiresAt">): Promise<boolean> {
  const now = epochSeconds();
  // A call recognizes its own write by this: the SDK repeats a call if its answer was lost.
  const deletion = randomUUID();
  const { done, item } = await updateItem(keys.notification(userId, id), {
    set: { deleted: deletion, expires_at: Math.max(expiresAt, now + repeatDays * daySeconds) },
    condition: ["attribute_not_exists(deleted)", "expires_at > :now"],
    values: { now },
  });
  return done || item?.deleted === deletion;
}

/**
 * Returns up to when a user has marked all of their notifications as read, in milliseconds since
 * 1970.
 */
export async function getReadAllTime(userId: string): Promise<number> {
  const item = await getItem(keys.readAll(userId), "consistent");
  return typeof item?.at === "number" ? item.at : 0;
}

/** Marks all notifications of a user up to a time, in milliseconds since 1970, as read. */
export async function putReadAllTime(userId: string, at: number): Promise<void> {
  await updateItem(keys.readAll(userId), {
    set: { at },
    condition: "attribute_not_exists(#at) OR #at < :at",
  });
}
