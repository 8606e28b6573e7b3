import type { MemberMarks, Message } from "../../contract/objects/message.ts";
import type { User } from "../../contract/objects/user.ts";
import { presentMarks } from "../receipts/present.ts";
import type { ReadableRoom } from "../rooms/access.ts";
import { marksOf, readersAlone, readersAmongOthers } from "../rooms/read-state.ts";
import { getTrackedReaders, inJoinOrder, type TrackedReaders } from "../rooms/tracked-readers.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import type { Head } from "../store/rooms/heads.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { type People, personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";
import { presentMessage } from "./present.ts";

/** What the view of some messages of a room is made of, all of it read before. */
export interface MessageParts extends TrackedReaders {
  readonly head: Head;
  readonly memberships: readonly Membership[];
  /** Members whom somebody who is one too sees with their addresses: witnesses, and in a large room senders. */
  readonly together: ReadonlySet<string>;
  readonly people: People;
}

/**
 * Reads what is shown with messages: who sent them, who read them, and of their viewers whom they block. `others` are
 * viewers whose memberships are wanted too, `viewerId` is one who need not be a member.
 */
export async function getMessageParts(
  head: Head,
  stored: readonly StoredMessage[] | Promise<readonly StoredMessage[]>,
  others: readonly string[] = [],
  viewerId?: string,
): Promise<MessageParts> {
  const [messages, { members, all }] = await Promise.all([stored, getTrackedReaders(head)]);
  // Whether who sent a message is in the room still is told by the members who were read, or else by their membership.
  const senders = all ? [] : messages.map((message) => message.senderId);
  const memberIds = new Set([...members.map((member) => member.userId), ...others, ...senders]);
  // Without a message nobody is shown: there are marks alone.
  const shown = messages.length > 0 ? [...messages.map((message) => message.senderId), ...memberIds] : [];
  const { memberships, people } = await batchGet({
    memberships: [...memberIds].map((userId) => [head.id, userId] as const),
    profiles: shown,
    presences: shown.length > 0 && viewerId !== undefined ? [...shown, viewerId] : shown,
  });
  const together = new Set([...members, ...memberships].map((member) => member.userId));
  return { head, members, all, together, memberships, people };
}

/**
 * A message as one of its viewers sees it; `me` is the viewer's membership, undefined for none, `readers` how many readers
 * are named.
 */
export function viewMessage(
  { head, members, together, memberships, people }: MessageParts,
  stored: StoredMessage,
  viewerId: string,
  me: Membership | undefined,
  readers = readersAmongOthers,
): Message {
  const present = (userId: string): User => {
    const isSeen = userId === viewerId || (me !== undefined && together.has(userId));
    return presentUser(personOf(people, userId, viewerId), isSeen);
  };
  const marks = marksOf(stored, viewerId, inJoinOrder(head, members, memberships, me));
  return presentMessage(stored, { ...marks, readBy: marks.readBy.slice(0, readers) }, present);
}

/**
 * A message is stamped with a revision a moment before the room comes to it (see change-message.ts). Shown with it, it
 * would have a client believe that it knows everything up to there.
 */
export function upTo(head: Head, stored: StoredMessage): StoredMessage {
  return stored.rev > head.rev ? { ...stored, rev: head.rev } : stored;
}

/** Messages as their viewer sees them, with the marks that say what became of these, and of all others, by now. */
export interface MarkedMessages {
  readonly messages: Message[];
  readonly marks: MemberMarks[];
}

/** The messages of a room that the viewer may read, with the members' marks, which are read for them anyway. */
export async function viewMarkedMessages(
  { head, me }: ReadableRoom,
  viewerId: string,
  stored: readonly StoredMessage[] | Promise<readonly StoredMessage[]>,
  readers = readersAmongOthers,
): Promise<MarkedMessages> {
  const [messages, parts] = await Promise.all([stored, getMessageParts(head, stored, [], viewerId)]);
  return {
    messages: messages.map((message) => viewMessage(parts, upTo(head, message), viewerId, me, readers)),
    marks: presentMarks(head, parts, parts.memberships, me),
  };
}

/** Messages of a room that the viewer may read, as they see them. */
export async function viewMessages(
  room: ReadableRoom,
  viewerId: string,
  stored: readonly StoredMessage[] | Promise<readonly StoredMessage[]>,
): Promise<Message[]> {
  return (await viewMarkedMessages(room, viewerId, stored)).messages;
}

/** One message of a room that the viewer may read, with more of its readers than a list names. */
export async function viewOneMessage(
  room: ReadableRoom,
  viewerId: string,
  stored: StoredMessage,
): Promise<Message | undefined> {
  return (await viewMarkedMessages(room, viewerId, [stored], readersAlone)).messages[0];
}
