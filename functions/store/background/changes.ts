/**
 * Changes of items, from the table's stream. The filters of lib/followed-changes.ts decide which
 * changes it brings.
 */
import type { DynamoDBRecord } from "aws-lambda";
import { fileFromItem, type StoredFile } from "../attachments/files.ts";
import { contactFromItem, type StoredContact } from "../contacts/contacts.ts";
import { messageFromItem, type StoredMessage } from "../messages/messages.ts";
import { notificationFromItem, type StoredNotification } from "../notifications/notifications.ts";
import { type Head, headFromItem } from "../rooms/heads.ts";
import { type Member, memberFromItem } from "../rooms/members.ts";
import { idOfKey, type Key, keyOf } from "../table/keys.ts";
import { prefixes } from "../table/prefixes.ts";
import { type Item, itemOfImage } from "../table/table.ts";
import { type Avatar, avatarFromItem } from "../users/avatars.ts";
import { type Profile, profileFromItem } from "../users/profiles.ts";

/** An item before and after a change; undefined if there was, or is, none. */
interface States<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}

export type Change =
  | ({ readonly kind: "head" } & States<Head>)
  | ({ readonly kind: "member" } & States<Member>)
  | ({ readonly kind: "profile" } & States<Profile>)
  | ({ readonly kind: "message" } & States<StoredMessage>)
  | ({ readonly kind: "file" } & States<StoredFile>)
  | ({ readonly kind: "contact"; readonly ownerId: string } & States<StoredContact>)
  | ({ readonly kind: "notification" } & States<StoredNotification>)
  | ({ readonly kind: "avatar" } & States<Avatar>)
  /** No handler processes the item. */
  | { readonly kind: "other" };

/** Returns the key of the changed item. */
export function keyOfRecord({ dynamodb }: DynamoDBRecord): Key {
  return keyOf(itemOfImage(dynamodb?.Keys ?? {}));
}

/** Returns whether a change comes before others of its batch: an emergency. */
export function isUrgent({ dynamodb }: DynamoDBRecord): boolean {
  return dynamodb?.NewImage?.priority?.S === ("emergency" satisfies StoredMessage["priority"]);
}

export function changeOf(record: DynamoDBRecord): Change {
  const { pk, sk } = keyOfRecord(record);
  const states = <T>(fromItem: (item: Item) => T): States<T> => {
    const { OldImage, NewImage } = record.dynamodb ?? {};
    return {
      before: OldImage && fromItem(itemOfImage(OldImage)),
      after: NewImage && fromItem(itemOfImage(NewImage)),
    };
  };
  if (sk === prefixes.head) return { kind: "head", ...states(headFromItem) };
  if (sk.startsWith(prefixes.member)) return { kind: "member", ...states(memberFromItem) };
  if (sk === prefixes.profile) return { kind: "profile", ...states(profileFromItem) };
  if (sk.startsWith(prefixes.message))
    return { kind: "message", ...states((item) => messageFromItem(idOfKey(pk), item)) };
  if (sk === prefixes.file) return { kind: "file", ...states(fileFromItem) };
  if (sk.startsWith(prefixes.contact))
    return { kind: "contact", ownerId: idOfKey(pk), ...states(contactFromItem) };
  if (sk.startsWith(prefixes.notification)) return { kind: "notification", ...states(notificationFromItem) };
  if (sk === prefixes.avatar) return { kind: "avatar", ...states(avatarFromItem) };
  return { kind: "other" };
}
