import type { Message } from "../../../contract/objects/message.ts";
import type { Room } from "../../../contract/objects/room.ts";
import { call } from "../../support/contract-client.ts";
import type { TestUser } from "../../support/people.ts";
import type { HeldRoom } from "./held-room.ts";
import { listRooms } from "./list-rooms.ts";
import { hasRead, hasReceived, isNotUnread, unreadUpTo } from "./marks.ts";

/** The receipts of a message, as a viewer sees them. */
type Outcome = Pick<Message, "is_read" | "status"> & { readonly read_by: readonly string[] };

/** Returns the whole state of a room as its user sees it, except presence. */
function roomView(
  facts: Room,
  messages: readonly (readonly [Message, Outcome])[],
  unread: number,
  readSeq: number,
) {
  return {
    id: facts.id,
    name: facts.name,
    room_type: facts.room_type,
    description: facts.description,
    tags: facts.tags,
    status: facts.status,
    permissions: facts.permissions,
    participants: facts.participants.map((one) => `${one.id} ${one.room_role} ${one.joined_at}`).sort(),
    me: facts.me && { ...facts.me, read_seq: readSeq },
    unread_count: unread,
    messages: messages.map(([message, outcome]) => ({
      seq: message.seq,
      id: message.id,
      sender: message.sender.id,
      content: message.content,
      timestamp: message.timestamp,
      is_edited: message.is_edited,
      edited_at: message.edited_at,
      is_deleted: message.is_deleted,
      reactions: message.reactions,
      pinned: message.pinned,
      reply_to: message.reply_to,
      metadata: message.metadata,
      client_message_id: message.client_message_id,
      ...outcome,
    })),
  };
}

function lastOf(view: ReturnType<typeof roomView>) {
  const last = view.messages.at(-1);
  return last && { id: last.id, content: last.content, is_deleted: last.is_deleted, is_read: last.is_read };
}

function outcomeOf({ marks, facts }: HeldRoom, message: Message, userId: string): Outcome {
  const present = new Set(facts.participants.map((one) => one.id));
  const others = [...marks].filter(([id]) => present.has(id) && id !== message.sender.id);
  const readers = others.filter(([, one]) => hasRead(one, message.seq)).map(([id]) => id);
  const read_by = readers.sort();
  if (message.sender.id === userId) {
    const isReceived = others.some(([, one]) => hasReceived(one, message.seq));
    const status = readers.length > 0 ? "read" : isReceived ? "delivered" : "sent";
    return { read_by, is_read: readers.length > 0, status };
  }
  const own = marks.get(userId);
  const is_read = own !== undefined && isNotUnread(own, message.seq);
  const status = is_read ? "read" : own && hasReceived(own, message.seq) ? "delivered" : "sent";
  return { read_by, is_read, status };
}

/**
 * Returns a client's room as its user sees it. The receipts of messages follow from the marks
 * alone. It leaves out the revision: no event names a number that was given up.
 */
export function viewOfHeld(room: HeldRoom, userId: string) {
  const messages = [...room.messages.values()].sort((one, other) => one.seq - other.seq);
  const own = room.marks.get(userId);
  const view = roomView(
    room.facts,
    messages.map((message) => [message, outcomeOf(room, message, userId)] as const),
    own ? unreadUpTo(own, room.known) : 0,
    own?.upTo ?? 0,
  );
  return { ...view, seq: room.known, last: lastOf(view) };
}

export type RoomView = ReturnType<typeof viewOfHeld>;

/**
 * Returns the rooms as the server shows them to a user who reads everything: nothing is derived
 * here.
 */
export async function fetchFresh(user: TestUser): Promise<Map<string, RoomView>> {
  const { token } = user;
  const rooms = await listRooms(user);
  const views = rooms.map(async (facts) => {
    const params = { room_id: facts.id };
    const messages: Message[] = [];
    for (let after = 0, next: string | null = ""; next !== null; after = messages.at(-1)?.seq ?? 0) {
      const page = await call("listMessages", { token, params, query: { after, page_size: 100 } });
      messages.push(...page.results);
      next = page.next;
    }
    const shown = messages.map(
      (message) =>
        [
          message,
          {
            read_by: message.read_by.map((reader) => reader.id).sort(),
            is_read: message.is_read,
            status: message.status,
          },
        ] as const,
    );
    const view = roomView(facts, shown, facts.unread_count, facts.me?.read_seq ?? 0);
    const { last_message: last } = facts;
    return [
      facts.id,
      {
        ...view,
        seq: facts.seq,
        last: last
          ? { id: last.id, content: last.content, is_deleted: last.is_deleted, is_read: last.is_read }
          : undefined,
      },
    ] as const;
  });
  return new Map(await Promise.all(views));
}
