/** The read state in its plainest form: a set of read numbers for each member of one room. */
import { markedAheadLimit, sentAheadLimit } from "../support/internals.ts";

export interface ModelMember {
  readonly joinedSeq: number;
  /** Read numbers beyond `joinedSeq`. They include the member's own messages. */
  readonly read: ReadonlySet<number>;
  readonly deliveredSeq: number;
}

export interface ModelMessage {
  readonly seq: number;
  readonly sender: number;
  readonly deleted: boolean;
}

export interface Model {
  readonly messages: readonly ModelMessage[];
  readonly members: ReadonlyMap<number, ModelMember>;
}

/** An action of a member, with its target: `seqs` are of messages that existed before. */
export type Action =
  | { readonly kind: "send" | "readAll" | "join" | "leave"; readonly user: number }
  | {
      readonly kind: "readOne" | "readUpTo" | "deliver" | "delete";
      readonly user: number;
      readonly seq: number;
    }
  | { readonly kind: "readMany"; readonly user: number; readonly seqs: readonly number[] };

/** The answer of an action, in short. */
export type Answer = number | boolean | string;

export function newModel(members: readonly number[]): Model {
  return {
    messages: [],
    members: new Map(members.map((user) => [user, { joinedSeq: 0, read: new Set(), deliveredSeq: 0 }])),
  };
}

function isNotUnread(member: ModelMember, seq: number): boolean {
  return seq <= member.joinedSeq || member.read.has(seq);
}

function hasRead(member: ModelMember, seq: number): boolean {
  return seq > member.joinedSeq && member.read.has(seq);
}

function hasReceived(member: ModelMember, seq: number): boolean {
  return hasRead(member, seq) || (seq > member.joinedSeq && seq <= member.deliveredSeq);
}

export function unreadSeqs({ messages, members }: Model, user: number): number[] {
  const member = members.get(user);
  return member ? messages.map(({ seq }) => seq).filter((seq) => !isNotUnread(member, seq)) : [];
}

function withMember(model: Model, user: number, member: ModelMember): Model {
  return {
    ...model,
    members: new Map([...model.members, [user, member]]),
  };
}

function firstUnread({ joinedSeq, read }: Pick<ModelMember, "joinedSeq" | "read">): number {
  let seq = joinedSeq + 1;
  while (read.has(seq)) seq += 1;
  return seq;
}

/** Returns the read numbers beyond the first unread message. */
function readAhead(member: Pick<ModelMember, "joinedSeq" | "read">): number[] {
  const hole = firstUnread(member);
  return [...member.read].filter((seq) => seq > hole);
}

/**
 * Returns the read numbers within the limit: if too many are read ahead, the oldest unread ones
 * count as read.
 */
function withinLimit(joinedSeq: number, seqs: Iterable<number>): Set<number> {
  const read = new Set(seqs);
  for (;;) {
    const ahead = readAhead({ joinedSeq, read });
    if (ahead.length <= markedAheadLimit) return read;
    const lowest = Math.min(...ahead);
    for (let seq = firstUnread({ joinedSeq, read }); seq < lowest; seq += 1) read.add(seq);
  }
}

/** Reads messages. Returns how many became read by that, and how many of these were asked for. */
function reading(
  model: Model,
  user: number,
  member: ModelMember,
  seqs: readonly number[],
): { next: Model; count: number; meant: number } {
  const unread = [...new Set(seqs)].filter((seq) => !isNotUnread(member, seq));
  const read = withinLimit(member.joinedSeq, [...member.read, ...unread]);
  return {
    next: withMember(model, user, { ...member, read }),
    count: read.size - member.read.size,
    meant: unread.length,
  };
}

/** Returns the model after an action, and the answer of the action. */
export function applied(model: Model, action: Action): { next: Model; answer: Answer } {
  const { user } = action;
  const member = model.members.get(user);
  const all = model.messages.map(({ seq }) => seq);
  if (action.kind === "join") {
    if (member) return { next: model, answer: "joined" };
    const joined = { joinedSeq: all.length, read: new Set<number>(), deliveredSeq: 0 };
    return { next: withMember(model, user, joined), answer: "joined" };
  }
  if (!member) return { next: model, answer: "refused" };
  switch (action.kind) {
    case "leave":
      return {
        next: { ...model, members: new Map([...model.members].filter(([other]) => other !== user)) },
        answer: "left",
      };
    case "send": {
      const seq = all.length + 1;
      const sent = { ...model, messages: [...model.messages, { seq, sender: user, deleted: false }] };
      // A member who has sent so many messages past a hole has read what was there.
      const passes = readAhead(member).length >= sentAheadLimit;
      return { next: reading(sent, user, member, passes ? [...all, seq] : [seq]).next, answer: seq };
    }
    case "delete": {
      const messages = model.messages.map((one) =>
        one.seq === action.seq ? { ...one, deleted: true } : one,
      );
      return { next: { ...model, messages }, answer: "deleted" };
    }
    case "deliver": {
      const deliveredSeq = Math.max(member.deliveredSeq, action.seq);
      const next = withMember(model, user, { ...member, deliveredSeq });
      return { next, answer: isNotUnread(member, action.seq) ? "read" : "delivered" };
    }
    case "readOne": {
      const { next, meant } = reading(model, user, member, [action.seq]);
      return { next, answer: meant === 0 };
    }
    case "readMany": {
      const { next, count } = reading(model, user, member, action.seqs);
      return { next, answer: count };
    }
    case "readUpTo": {
      const { next, count } = reading(
        model,
        user,
        member,
        all.filter((seq) => seq <= action.seq),
      );
      return { next, answer: count };
    }
    case "readAll": {
      const { next, count } = reading(model, user, member, all);
      return { next, answer: count };
    }
  }
}

export type Status = "sent" | "delivered" | "read";

/** A message as a viewer sees it; the readers are in no order. */
export interface MessageView {
  readonly seq: number;
  readonly deleted: boolean;
  readonly readBy: readonly number[];
  readonly isRead: boolean;
  readonly status: Status;
}

/** The room as a viewer sees it: its newest messages, and the viewer's oldest unread ones. */
export interface View {
  readonly unread: number;
  readonly unreadSeqs: readonly number[];
  readonly lastIsRead: boolean | null;
  readonly messages: readonly MessageView[];
}

function viewMessage({ members }: Model, message: ModelMessage, viewer: number): MessageView {
  const { seq, sender, deleted } = message;
  const others = [...members].filter(([user]) => user !== sender);
  const readBy = others.filter(([, member]) => hasRead(member, seq)).map(([user]) => user);
  const me = members.get(viewer);
  const isRead = viewer === sender ? readBy.length > 0 : me !== undefined && isNotUnread(me, seq);
  const received =
    viewer === sender
      ? others.some(([, member]) => hasReceived(member, seq))
      : me !== undefined && hasReceived(me, seq);
  return {
    seq,
    deleted,
    readBy: readBy.sort((one, other) => one - other),
    isRead,
    status: isRead ? "read" : received ? "delivered" : "sent",
  };
}

export function viewOf(model: Model, viewer: number, pageSize: number): View {
  const unread = unreadSeqs(model, viewer);
  const messages = model.messages.slice(-pageSize).map((message) => viewMessage(model, message, viewer));
  return {
    unread: unread.length,
    unreadSeqs: unread.slice(0, pageSize),
    lastIsRead: messages.at(-1)?.isRead ?? null,
    messages,
  };
}

/** Returns the status of a message for each member except its sender. */
export function statusesOf({ messages, members }: Model, seq: number): Map<number, Status> {
  const sender = messages.find((message) => message.seq === seq)?.sender;
  return new Map(
    [...members]
      .filter(([user]) => user !== sender)
      .map(([user, member]) => [
        user,
        hasRead(member, seq) ? "read" : hasReceived(member, seq) ? "delivered" : "sent",
      ]),
  );
}
