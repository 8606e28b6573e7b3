import type { Message } from "../../../contract/objects/message.ts";
import type { Participant, Room } from "../../../contract/objects/room.ts";
import type { EventOf } from "../../support/socket-client.ts";
import { type Marks, mergedMarks, newMarks } from "./marks.ts";
import { newTranscript, type Transcript } from "./transcript.ts";

/** The data that a client holds of one room. */
export interface HeldRoom {
  facts: Room;
  readonly messages: Map<number, Message>;
  readonly marks: Map<string, Marks>;
  /** The number up to which all messages are held, or known to be missing in the history. */
  held: number;
  /** Messages above a missing number. They are held back, so that all are shown in their order. */
  readonly waiting: Map<number, Message>;
  /** The highest number that the client has heard of. */
  known: number;
  /** The revision up to which all changes are held. */
  rev: number;
  /** The highest revision that the client has heard of. */
  knownRev: number;
  /** Whether a page of the history has said from which revision on the client holds the changes. */
  isLoaded: boolean;
  /** Numbers without a message, which are asked for once more. */
  readonly missing: Set<number>;
  readonly transcript: Transcript;
}

export function newHeldRoom(facts: Room): HeldRoom {
  return {
    facts,
    messages: new Map(),
    marks: new Map(),
    held: 0,
    waiting: new Map(),
    known: facts.seq,
    rev: 0,
    knownRev: facts.rev,
    isLoaded: false,
    missing: new Set(),
    transcript: newTranscript(),
  };
}

function show(room: HeldRoom, message: Message): void {
  room.messages.set(message.seq, message);
  room.missing.delete(message.seq);
  room.waiting.delete(message.seq);
  room.known = Math.max(room.known, message.seq);
  room.transcript.show(message.seq);
}

/** Records that the history has no message between the held ones and `seq`. */
function skipTo(room: HeldRoom, seq: number): void {
  for (let number = room.held + 1; number < seq; number += 1) {
    room.missing.add(number);
    room.transcript.explain(number);
  }
  room.held = Math.max(room.held, seq);
}

/** Shows a message that has nothing unknown before it, once. */
function showNext(room: HeldRoom, message: Message): void {
  if (room.messages.has(message.seq)) return;
  // A message below `held` takes the place of a number that had none.
  room.held = Math.max(room.held, message.seq);
  show(room, message);
}

/** Shows the waiting messages whose earlier numbers have come. */
function showWaiting(room: HeldRoom): void {
  for (const message of [...room.waiting.values()].sort((one, other) => one.seq - other.seq)) {
    if (message.seq > room.held + 1) return;
    showNext(room, message);
  }
}

/**
 * Takes a message of a page that begins after the held ones: the page leaves out nothing before it.
 */
export function takeListed(room: HeldRoom, message: Message): void {
  if (message.seq <= room.held && !room.missing.has(message.seq)) return;
  skipTo(room, message.seq);
  show(room, message);
  showWaiting(room);
}

/** Holds a message back, unless a later state of it is held back. */
function holdBack(room: HeldRoom, message: Message): void {
  const held = room.waiting.get(message.seq);
  if (!held || held.rev < message.rev) room.waiting.set(message.seq, message);
}

/**
 * Takes a message of an event or an ack. Holds it back if an earlier number is unknown. It may be
 * older than the state that a page of changes has brought.
 */
export function takeNew(room: HeldRoom, incoming: Message): void {
  room.known = Math.max(room.known, incoming.seq);
  holdBack(room, incoming);
  const message = room.waiting.get(incoming.seq) ?? incoming;
  if (message.seq > room.held + 1) return;
  room.waiting.delete(message.seq);
  showNext(room, message);
  showWaiting(room);
}

/** The messages that are held, shown or waiting, by id. */
function heldById(room: HeldRoom): Map<string, Message> {
  return new Map(
    [...room.messages.values(), ...room.waiting.values()].map((message) => [message.id, message]),
  );
}

/**
 * Takes the state of a message, of a page of changes, unless a later one is held. A message that is
 * not shown yet is held back: the event that brings it may have an older state.
 */
export function takeChanged(room: HeldRoom, message: Message): void {
  const shown = room.messages.get(message.seq);
  if (shown) {
    if (shown.rev < message.rev) room.messages.set(message.seq, message);
  } else if (message.seq <= room.held) show(room, message);
  else holdBack(room, message);
}

type Change = EventOf<"message_updated"> | EventOf<"message_deleted"> | EventOf<"reaction">;

function changed(message: Message, change: Change): Message {
  switch (change.type) {
    case "message_updated":
      return change.message;
    case "message_deleted":
      return {
        ...message,
        rev: change.rev,
        content: "",
        metadata: null,
        reactions: {},
        is_deleted: true,
        pinned: false,
      };
    case "reaction":
      return { ...message, rev: change.rev, reactions: change.reactions };
  }
}

/**
 * Applies a change of the next revision, or drops a known one. Returns false if one before it is
 * unknown.
 */
export function takeChange(room: HeldRoom, change: Change): boolean {
  const rev = change.type === "message_updated" ? change.message.rev : change.rev;
  room.knownRev = Math.max(room.knownRev, rev);
  if (rev <= room.rev) return true;
  const id = change.type === "message_updated" ? change.message.id : change.message_id;
  const message = heldById(room).get(id);
  if (rev > room.rev + 1 || !message) return false;
  // A page may have shown the message in its present state.
  if (rev > message.rev) takeChanged(room, changed(message, change));
  room.rev = rev;
  return true;
}

/** Applies a member's mark. Returns false if it names a message that is not held. */
export function takeMark(room: HeldRoom, event: EventOf<"read_receipt"> | EventOf<"delivered">): boolean {
  const none = newMarks(event.joined_seq);
  if (event.type === "delivered") {
    const marks = { ...none, received: event.up_to_seq };
    room.marks.set(event.user_id, mergedMarks(room.marks.get(event.user_id), marks));
    return true;
  }
  const held = heldById(room);
  const seqs = (event.message_ids ?? []).map((id) => held.get(id)?.seq);
  const ahead = new Set(seqs.filter((seq) => seq !== undefined));
  const marks = { ...none, upTo: event.up_to_seq, ahead };
  room.marks.set(event.user_id, mergedMarks(room.marks.get(event.user_id), marks));
  return !seqs.includes(undefined);
}

/** Records the messages that the user has read or sent. */
export function recordOwn(room: HeldRoom, userId: string, read: Pick<Marks, "upTo" | "ahead">): void {
  const own = room.marks.get(userId);
  if (own) room.marks.set(userId, mergedMarks(own, { ...own, ...read }));
}

/** Takes the marks of a page. A member who is not among them has left. */
export function takeMarks(room: HeldRoom, marks: ReadonlyMap<string, Marks>): void {
  for (const userId of room.marks.keys()) if (!marks.has(userId)) room.marks.delete(userId);
  for (const [userId, one] of marks) room.marks.set(userId, mergedMarks(room.marks.get(userId), one));
}

function byId(participants: readonly Participant[]) {
  return new Map(participants.map((one) => [one.id, one]));
}

export function takeParticipants(
  room: HeldRoom,
  event: EventOf<"participants_changed">,
  userId: string,
): void {
  const participants = byId(room.facts.participants);
  for (const userId of event.removed) {
    participants.delete(userId);
    room.marks.delete(userId);
  }
  for (const one of [...event.added, ...event.changed]) participants.set(one.id, one);
  const own = event.changed.find((one) => one.id === userId);
  const { me } = room.facts;
  room.facts = {
    ...room.facts,
    participants: [...participants.values()],
    me: me && own ? { ...me, role: own.room_role } : me,
  };
}
