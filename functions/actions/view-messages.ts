import type { Message } from "../../contract/objects/message.ts";
import type { User } from "../../contract/objects/user.ts";
import type { Head } from "../data/heads.ts";
import type { Membership } from "../data/memberships.ts";
import type { StoredMessage } from "../data/messages.ts";
import { type People, personOf } from "../data/people.ts";
import type { RosterEntry } from "../data/rosters.ts";
import { getTogether } from "../data/together.ts";
import type { ReadableRoom } from "./access-room.ts";
import { presentMessage } from "./present-message.ts";
import { presentUser } from "./present-user.ts";
import { marksOf } from "./read-state.ts";
import { getWitnesses, inStanding } from "./witnesses.ts";

/** What the view of some messages of a room is made of, all of it read before. */
export interface MessageParts {
  readonly members: readonly RosterEntry[];
  readonly memberships: readonly Membership[];
  readonly people: People;
}

/** Reads what is shown with messages: who sent them, who read them. `others` are further viewers of them. */
export const getMessageParts = async (
  head: Head,
  stored: readonly StoredMessage[] | Promise<readonly StoredMessage[]>,
  others: readonly string[] = [],
): Promise<MessageParts> => {
  const [messages, { members }] = await Promise.all([stored, getWitnesses(head)]);
  const memberIds = new Set([...members.map((member) => member.userId), ...others]);
  const senders = messages.map((message) => message.senderId);
  const { memberships, people } = await getTogether({
    memberships: [...memberIds].map((userId) => [head.id, userId] as const),
    profiles: [...senders, ...memberIds],
    presences: [...senders, ...memberIds],
  });
  return { members, memberships, people };
};

/** A message as one of its viewers sees it; `me` is the viewer's membership, undefined for none. */
export const viewMessage = (
  { members, memberships, people }: MessageParts,
  stored: StoredMessage,
  viewerId: string,
  me: Membership | undefined,
): Message => {
  const present = (userId: string): User => {
    const together = me !== undefined && members.some((member) => member.userId === userId);
    return presentUser(personOf(people, userId), userId === viewerId || together);
  };
  return presentMessage(stored, marksOf(stored, viewerId, inStanding(members, memberships, me)), present);
};

/**
 * A message is stamped with a revision a moment before the room comes to it (see change-message.ts). Shown with it, it
 * would have a client believe that it knows everything up to there.
 */
const upTo = (head: Head, stored: StoredMessage): StoredMessage =>
  stored.rev > head.rev ? { ...stored, rev: head.rev } : stored;

/** Messages of a room that the viewer may read, as they see them. */
export const viewMessages = async (
  { head, me }: ReadableRoom,
  viewerId: string,
  stored: readonly StoredMessage[] | Promise<readonly StoredMessage[]>,
): Promise<Message[]> => {
  const [messages, parts] = await Promise.all([stored, getMessageParts(head, stored)]);
  return messages.map((message) => viewMessage(parts, upTo(head, message), viewerId, me));
};
