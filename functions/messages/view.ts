import type { MemberMarks, Message } from "../../contract/objects/message.ts";
import type { User } from "../../contract/objects/user.ts";
import { presentMarks } from "../receipts/present.ts";
import type { ReadableRoom } from "../rooms/access.ts";
import { marksOf, readersAlone, readersAmongOthers } from "../rooms/read-by.ts";
import { getTrackedReaders, inJoinOrder, type TrackedReaders } from "../rooms/tracked-readers.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import type { Head } from "../store/rooms/heads.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { type People, personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";
import { presentMessage } from "./present.ts";

/** The parts of the view of some messages of a room, all of them already read. */
export interface MessageParts extends TrackedReaders {
  readonly head: Head;
  readonly memberships: readonly Membership[];
  /**
   * Members whose e-mail addresses other members see: tracked readers, and in a large room senders.
   */
  readonly knownMembers: ReadonlySet<string>;
  readonly people: People;
}

/**
 * Reads what is shown with messages: their senders, their readers, and the users that their viewers
 * block. `others` are viewers whose memberships are read too. `viewerId` is a viewer who need not
 * be a member.
 */
export async function getMessageParts(
  head: Head,
  stored: readonly StoredMessage[] | Promise<readonly StoredMessage[]>,
  others: readonly string[] = [],
  viewerId?: string,
): Promise<MessageParts> {
  const [messages, { members, all }] = await Promise.all([stored, getTrackedReaders(head)]);
  // The members that were read show whether a sender is still in the room; otherwise the sender's
  // membership does.
  const senders = all ? [] : messages.map((message) => message.senderId);
  const memberIds = new Set([...members.map((member) => member.userId), ...others, ...senders]);
  // Without messages no user is shown: the result holds marks alone.
  const shown = messages.length > 0 ? [...messages.map((message) => message.senderId), ...memberIds] : [];
  const { memberships, people } = await batchGet({
    memberships: [...memberIds].map((userId) => [head.id, userId] as const),
    profiles: shown,
    presences: shown.length > 0 && viewerId !== undefined ? [...shown, viewerId] : shown,
  });
  const knownMembers = new Set([...members, ...memberships].map((member) => member.userId));
  return { head, members, all, knownMembers, memberships, people };
}

/**
 * Returns a message as one of its viewers sees it. `me` is the viewer's membership, undefined
 * without one. `readers` is the largest number of readers to name.
 */
export function viewMessage(
  { head, members, knownMembers, memberships, people }: MessageParts,
  stored: StoredMessage,
  viewerId: string,
  me: Membership | undefined,
  readers = readersAmongOthers,
): Message {
  const present = (userId: string): User => {
    const isSeen = userId === viewerId || (me !== undefined && knownMembers.has(userId));
    return presentUser(personOf(people, userId, viewerId), isSeen);
  };
  const marks = marksOf(stored, viewerId, inJoinOrder(head, members, memberships, me));
  return presentMessage(stored, { ...marks, readBy: marks.readBy.slice(0, readers) }, present);
}

/**
 * Messages as their viewer sees them, and the members' marks. The marks show the present status of
 * these and all other messages.
 */
export interface MarkedMessages {
  readonly messages: Message[];
  readonly marks: MemberMarks[];
}

/**
 * Returns messages of a room that the viewer may read, with the members' marks, which are read for
 * them anyway.
 */
export async function viewMarkedMessages(
  { head, me }: ReadableRoom,
  viewerId: string,
  stored: readonly StoredMessage[] | Promise<readonly StoredMessage[]>,
  readers = readersAmongOthers,
): Promise<MarkedMessages> {
  const [messages, parts] = await Promise.all([stored, getMessageParts(head, stored, [], viewerId)]);
  return {
    messages: messages.map((message) => viewMessage(parts, message, viewerId, me, readers)),
    marks: presentMarks(head, parts, parts.memberships, me),
  };
}

/** Returns messages of a room that the viewer may read, as they see them. */
export async function viewMessages(
  room: ReadableRoom,
  viewerId: string,
  stored: readonly StoredMessage[] | Promise<readonly StoredMessage[]>,
): Promise<Message[]> {
  return (await viewMarkedMessages(room, viewerId, stored)).messages;
}

/**
 * Returns one message of a room that the viewer may read. It names more of its readers than a list
 * does.
 */
export async function viewOneMessage(
  room: ReadableRoom,
  viewerId: string,
  stored: StoredMessage,
): Promise<Message | undefined> {
  return (await viewMarkedMessages(room, viewerId, [stored], readersAlone)).messages[0];
}
