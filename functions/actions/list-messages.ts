import type { Message } from "../../contract/objects/message.ts";
import type { User } from "../../contract/objects/user.ts";
import { listMessagesBetween } from "../data/messages.ts";
import { personOf } from "../data/people.ts";
import { getFirstRoster } from "../data/rosters.ts";
import { getTogether } from "../data/together.ts";
import type { ReadableRoom } from "./access-room.ts";
import { presentMessage } from "./present-message.ts";
import { presentUser } from "./present-user.ts";
import { marksOf } from "./read-state.ts";

/** Which messages: a page counted from the newest, or those next to a seq. */
export type Place = { readonly page: number } | { readonly before: number } | { readonly after: number };

export interface MessageList {
  /** Places in the room, each of which holds a message or once was to. */
  readonly count: number;
  readonly messages: Message[];
  /** Whether there are older and newer ones than these. */
  readonly older: boolean;
  readonly newer: boolean;
}

const rangeOf = (place: Place, seq: number, size: number) => {
  if ("before" in place) return { first: 1, last: Math.min(seq, place.before - 1), newest: true };
  if ("after" in place) return { first: place.after + 1, last: seq, newest: false };
  const last = seq - (place.page - 1) * size;
  return { first: Math.max(1, last - size + 1), last, newest: true };
};

/** Messages of a room, oldest first: one query, however deep the page. */
export const listMessages = async (
  { head, me }: ReadableRoom,
  viewerId: string,
  place: Place,
  size: number,
): Promise<MessageList> => {
  const range = rangeOf(place, head.seq, size);
  const [stored, roster] = await Promise.all([
    listMessagesBetween(head.id, { ...range, limit: size }),
    getFirstRoster(head.id),
  ]);
  const memberIds = new Set(roster.map((member) => member.userId));
  const senders = stored.map((message) => message.senderId);
  const { memberships, people } = await getTogether({
    memberships: [...memberIds].map((userId) => [head.id, userId] as const),
    profiles: [...senders, ...memberIds],
    presences: [...senders, ...memberIds],
  });
  const present = (userId: string): User =>
    presentUser(personOf(people, userId), userId === viewerId || (me !== undefined && memberIds.has(userId)));
  const first = stored[0]?.seq ?? range.first;
  const last = stored.at(-1)?.seq ?? range.last;
  return {
    count: head.seq,
    messages: stored.map((message) =>
      presentMessage(message, marksOf(message, viewerId, memberships), present),
    ),
    older: first > 1 && range.last >= 1,
    newer: last < head.seq,
  };
};
