/**
 * Reads the records of the table's stream. `functions/background/stream-events.ts` says which
 * change of which item is which event.
 */
import type { DynamoDBRecord } from "aws-lambda";
import { fileFromItem, type StoredFile } from "../attachments/files.ts";
import { contactFromItem, type StoredContact } from "../contacts/contacts.ts";
import { messageFromItem, type StoredMessage } from "../messages/messages.ts";
import { notificationFromItem, type StoredNotification } from "../notifications/notifications.ts";
import { type Head, headFromItem } from "../rooms/heads.ts";
import { type Member, memberFromItem } from "../rooms/members.ts";
import { idOfKey, type Key, keyOf } from "../table/keys.ts";
import { type Item, itemOfImage } from "../table/table.ts";
import { type Avatar, avatarFromItem } from "../users/avatars.ts";
import { type Profile, profileFromItem } from "../users/profiles.ts";

/** An item before and after a change. */
export interface BeforeAndAfter<T> {
  readonly before: T;
  readonly after: T;
}

/** A contact, and the user who has it. */
export interface OwnedContact {
  readonly ownerId: string;
  readonly contact: StoredContact;
}

/**
 * The events of the stream, and what the handlers of each receive: a created item, a deleted item
 * as it was before, or an item before and after a change.
 */
export interface StreamChanges {
  /** The room's status became `deleted`. The head is that of the deleted room. */
  readonly roomDeleted: Head;
  readonly memberAdded: Member;
  readonly memberRemoved: Member;
  readonly profileCreated: Profile;
  readonly profileChanged: BeforeAndAfter<Profile>;
  readonly profileDeleted: Profile;
  readonly messageCreated: StoredMessage;
  /** Includes the deletion of a message by a user, which keeps the item. */
  readonly messageChanged: BeforeAndAfter<StoredMessage>;
  /** The item was deleted: the message expired, or the content of its room was removed. */
  readonly messagePurged: StoredMessage;
  /** An upload that no message kept was deleted: by its uploader, or by its expiry after a day. */
  readonly fileDeleted: StoredFile;
  readonly contactCreated: OwnedContact;
  readonly notificationCreated: StoredNotification;
  /** The upload of a picture was deleted, by its expiry after a day. */
  readonly avatarDeleted: Avatar;
}

export type StreamEvent = keyof StreamChanges;

/**
 * Does what follows from a change, or plans it. It is called at least once for each change, and the
 * item may have changed again since: where that matters, the handler reads the table. Throws to be
 * called again.
 */
export type StreamHandler<E extends StreamEvent> = (change: StreamChanges[E]) => Promise<void>;

/** The handlers of one domain. */
export type StreamHandlers = { readonly [E in StreamEvent]?: StreamHandler<E> };

/** Returns the key of the item that changed. */
export function keyOfRecord({ dynamodb }: DynamoDBRecord): Key {
  return keyOf(itemOfImage(dynamodb?.Keys ?? {}));
}

/** Returns whether a change comes before the others of its batch: that of an emergency does. */
export function isUrgent({ dynamodb }: DynamoDBRecord): boolean {
  return dynamodb?.NewImage?.priority?.S === ("emergency" satisfies StoredMessage["priority"]);
}

function itemOf({ dynamodb }: DynamoDBRecord, image: "OldImage" | "NewImage"): Item {
  const attributes = dynamodb?.[image];
  if (!attributes) throw new Error(`The change has no ${image}.`);
  return itemOfImage(attributes);
}

function readBefore<T>(fromItem: (item: Item) => T) {
  return (record: DynamoDBRecord): T => fromItem(itemOf(record, "OldImage"));
}

function readAfter<T>(fromItem: (item: Item) => T) {
  return (record: DynamoDBRecord): T => fromItem(itemOf(record, "NewImage"));
}

function readBoth<T>(fromItem: (item: Item) => T) {
  return (record: DynamoDBRecord): BeforeAndAfter<T> => ({
    before: fromItem(itemOf(record, "OldImage")),
    after: fromItem(itemOf(record, "NewImage")),
  });
}

function message(item: Item): StoredMessage {
  return messageFromItem(idOfKey(keyOf(item).pk), item);
}

function ownedContact(item: Item): OwnedContact {
  return { ownerId: idOfKey(keyOf(item).pk), contact: contactFromItem(item) };
}

const readers: { readonly [E in StreamEvent]: (record: DynamoDBRecord) => StreamChanges[E] } = {
  roomDeleted: readAfter(headFromItem),
  memberAdded: readAfter(memberFromItem),
  memberRemoved: readBefore(memberFromItem),
  profileCreated: readAfter(profileFromItem),
  profileChanged: readBoth(profileFromItem),
  profileDeleted: readBefore(profileFromItem),
  messageCreated: readAfter(message),
  messageChanged: readBoth(message),
  messagePurged: readBefore(message),
  fileDeleted: readBefore(fileFromItem),
  contactCreated: readAfter(ownedContact),
  notificationCreated: readAfter(notificationFromItem),
  avatarDeleted: readBefore(avatarFromItem),
};

/** Reads what the handlers of an event receive from the record of a change that is this event. */
export function readChange<E extends StreamEvent>(event: E, record: DynamoDBRecord): StreamChanges[E] {
  return readers[event](record);
}
