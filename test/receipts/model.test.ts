import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { messageId as idOfMessage } from "../support/internals.ts";
import { newUsers, type TestUser } from "../support/people.ts";
import {
  type Action,
  type Answer,
  applied,
  type Model,
  type Status,
  statusesOf,
  type View,
  viewOf,
} from "./read-state-model.ts";
import { markedAhead, modelOf, type Start, seedStart, sentAhead, starts } from "./starts.ts";

/**
 * Fixed, so that a failure can be repeated. fast-check prints it with the shortest sequence that
 * fails.
 */
const seed = 20_260_131;
const runs = 15;
/** Milliseconds after which no further sequence is begun: a slow machine tries fewer. */
const timeLimit = 40_000;

/**
 * Messages of a page. In a room with more, users act on the oldest and the newest messages alone.
 */
const pageSize = 50;
const ends = { oldest: 4, newest: 40 };

/**
 * The first user made the room and stays. Two more are members from the start; they and the last
 * one join and leave.
 */
const userCount = 4;
const first = [0, 1, 2];

/**
 * The relative frequency of each action: there must be messages to read, and mostly members to read
 * them.
 */
const weights: Record<Action["kind"], number> = {
  send: 6,
  readOne: 4,
  readMany: 3,
  readUpTo: 2,
  readAll: 2,
  deliver: 2,
  join: 3,
  leave: 1,
  delete: 1,
};
// Object.entries forgets the key type; a Record over a union holds exactly the union's names.
const kinds = (Object.entries(weights) as [Action["kind"], number][]).map(([kind, weight]) => ({
  arbitrary: fc.constant(kind),
  weight,
}));

/** An intended action. Its message is picked among those that exist when it begins. */
const intent = fc.record({
  kind: fc.oneof(...kinds),
  user: fc.nat(userCount - 1),
  picks: fc.array(fc.nat(99), { minLength: 1, maxLength: 4 }),
});
type Intent = typeof intent extends fc.Arbitrary<infer T> ? T : never;

/** Actions that lead past each bound. They are tried first, even on a slow machine. */
const overBounds: [Start, Intent[][]][] = [
  [sentAhead, Array.from({ length: 3 }, () => [{ kind: "send", user: 1, picks: [0] }])],
  [markedAhead, [[{ kind: "readOne", user: 2, picks: [ends.oldest + ends.newest - 1] }]]],
];

/** Concurrent intents, each of another user: they may take place in any order. */
const batch = fc.uniqueArray(intent, { selector: ({ user }) => user, minLength: 1, maxLength: 3 });

function actionOf(model: Model, { kind, user, picks }: Intent): Action | undefined {
  const choose = (seqs: readonly number[], pick = 0): number | undefined => {
    const near = seqs.length > pageSize ? [...seqs.slice(0, ends.oldest), ...seqs.slice(-ends.newest)] : seqs;
    return near[pick % (near.length || 1)];
  };
  const all = model.messages.map(({ seq }) => seq);
  switch (kind) {
    case "leave":
      return user > 0 ? { kind, user } : undefined;
    case "send":
    case "readAll":
    case "join":
      return { kind, user };
    case "readMany": {
      const seqs = picks.flatMap((pick) => choose(all, pick) ?? []);
      return seqs.length > 0 ? { kind, user, seqs } : undefined;
    }
    case "delete": {
      const own = model.messages.filter((message) => message.sender === user && !message.deleted);
      const seq = choose(
        own.map((message) => message.seq),
        picks[0],
      );
      return seq === undefined ? undefined : { kind, user, seq };
    }
    default: {
      const seq = choose(all, picks[0]);
      return seq === undefined ? undefined : { kind, user, seq };
    }
  }
}

/** Makes a room, and returns functions that act on it and read it through the interface. */
async function stage(users: readonly TestUser[], start: Start) {
  const userAt = (at: number): TestUser => {
    const user = users[at];
    if (!user) throw new Error(`There is no user ${at}.`);
    return user;
  };
  const body = { room_type: "public", name: "Model", participant_ids: [userAt(1).id, userAt(2).id] };
  const room = await call("createRoom", { token: userAt(0).token, body });
  const params = { room_id: room.id };
  await seedStart(room.id, users, start);
  const numberOf = (id: string): number => users.findIndex((user) => user.id === id);
  const messageId = new Map(start.senders.map((_, at) => [at + 1, idOfMessage(room.id, at + 1)]));

  const answerTo = async (action: Action): Promise<Answer> => {
    const { token } = userAt(action.user);
    const idOf = (seq: number): string => messageId.get(seq) ?? "";
    const settled = async <T>(
      asked: Promise<{ status: number; body: T }>,
      read: (answer: T) => Answer,
    ): Promise<Answer> => {
      const { status, body: answer } = await asked;
      if (status === 403) return "refused";
      expect(status).toBeLessThan(300);
      return read(answer);
    };
    switch (action.kind) {
      case "send":
        return settled(attempt("sendMessage", { token, params, body: { content: "Hello" } }), (message) => {
          messageId.set(message.seq, message.id);
          return message.seq;
        });
      case "join":
        return settled(attempt("joinRoom", { token, params }), () => "joined");
      case "leave":
        return settled(attempt("leaveRoom", { token, params }), () => "left");
      case "delete":
        return settled(
          attempt("deleteMessage", { token, params: { ...params, message_id: idOf(action.seq) } }),
          () => "deleted",
        );
      case "deliver":
        return settled(
          attempt("updateMessageStatus", {
            token,
            params: { message_id: idOf(action.seq) },
            body: { status: "delivered" },
          }),
          (answer) => answer.status,
        );
      case "readOne":
        return settled(
          attempt("markMessageRead", { token, params: { ...params, message_id: idOf(action.seq) } }),
          (answer) => answer.was_already_read,
        );
      case "readMany":
      case "readUpTo":
      case "readAll": {
        const which =
          action.kind === "readMany"
            ? { body: { message_ids: action.seqs.map(idOf) } }
            : action.kind === "readUpTo"
              ? { body: { up_to_seq: action.seq } }
              : {};
        return settled(attempt("markRoomRead", { token, params, ...which }), (answer) => answer.count);
      }
    }
  };

  const see = async (viewer: number): Promise<View> => {
    const { token } = userAt(viewer);
    const query = { page_size: pageSize };
    const [shown, page, unread] = await Promise.all([
      call("getRoom", { token, params }),
      call("listMessages", { token, params, query }),
      call("listUnreadMessages", { token, query }),
    ]);
    expect(unread.count).toBe(shown.unread_count);
    return {
      unread: shown.unread_count,
      unreadSeqs: unread.results.map((message) => message.seq),
      lastIsRead: shown.last_message?.is_read ?? null,
      messages: page.results.map((message) => ({
        seq: message.seq,
        deleted: message.is_deleted,
        readBy: message.read_by.map((reader) => numberOf(reader.id)).sort((one, other) => one - other),
        isRead: message.is_read,
        status: message.status,
      })),
    };
  };

  const seeStatuses = async (seq: number): Promise<Map<number, Status>> => {
    const { members } = await call("getMessageStatus", {
      token: userAt(0).token,
      params: { message_id: messageId.get(seq) ?? "" },
    });
    return new Map(members.map((member) => [numberOf(member.user_id), member.status]));
  };

  /** Reads all, so that the list of unread messages in all rooms is that of one room alone. */
  const clear = async (): Promise<void> => {
    await Promise.all(users.map(({ token }) => attempt("markRoomRead", { token, params })));
  };

  return { answerTo, see, seeStatuses, clear };
}

function permutations<T>(items: readonly T[]): T[][] {
  return items.length <= 1
    ? [[...items]]
    : items.flatMap((item, at) =>
        permutations(items.filter((_, other) => other !== at)).map((rest) => [item, ...rest]),
      );
}

interface Played {
  readonly model: Model;
  readonly answers: ReadonlyMap<number, Answer>;
}

/** Returns all possible outcomes of concurrent actions: one for each order. */
function outcomes(model: Model, actions: readonly Action[]): Played[] {
  return permutations(actions).map((order) => {
    const answers = new Map<number, Answer>();
    let after = model;
    for (const action of order) {
      const { next, answer } = applied(after, action);
      after = next;
      answers.set(action.user, answer);
    }
    return { model: after, answers };
  });
}

interface Seen {
  readonly answers: ReadonlyMap<number, Answer>;
  readonly views: readonly View[];
  readonly statuses: ReadonlyMap<number, Status>;
}

function expectedOf({ model, answers }: Played): Seen {
  return {
    answers,
    views: Array.from({ length: userCount }, (_, viewer) => viewOf(model, viewer, pageSize)),
    statuses: model.messages.length > 0 ? statusesOf(model, model.messages.length) : new Map(),
  };
}

/**
 * Plays concurrent actions, reads the room as each user sees it, and returns the model that fits.
 */
async function playBatch(
  { answerTo, see, seeStatuses }: Awaited<ReturnType<typeof stage>>,
  model: Model,
  intents: readonly Intent[],
): Promise<Model> {
  const actions = intents.flatMap((one) => actionOf(model, one) ?? []);
  const answers = new Map(
    await Promise.all(actions.map(async (action) => [action.user, await answerTo(action)] as const)),
  );
  const views = await Promise.all(Array.from({ length: userCount }, (_, viewer) => see(viewer)));
  const last = views[0]?.messages.at(-1)?.seq ?? 0;
  const seen: Seen = { answers, views, statuses: last > 0 ? await seeStatuses(last) : new Map() };
  const possible = outcomes(model, actions);
  const found = possible.find((outcome) => isDeepStrictEqual(expectedOf(outcome), seen));
  if (found) return found.model;
  // No order fits: shows the difference from the order in which the actions were begun.
  for (const outcome of possible.slice(0, 1))
    expect({ actions, ...seen }).toEqual({ actions, ...expectedOf(outcome) });
  throw new Error("The views fit no order in which the actions could have taken place.");
}

test("unread counts, read_by and statuses are those of the model, whatever members do concurrently", async () => {
  const users = await newUsers(userCount);
  const play = async (start: Start, batches: readonly (readonly Intent[])[]): Promise<void> => {
    const room = await stage(users, start);
    try {
      let model = modelOf(start, first);
      // The room's last message is one that was sent.
      model = await playBatch(room, model, [{ kind: "send", user: 0, picks: [] }]);
      for (const intents of batches) model = await playBatch(room, model, intents);
    } finally {
      await room.clear();
    }
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...starts),
      fc.array(batch, { minLength: 12, maxLength: 24, size: "max" }),
      play,
    ),
    {
      seed,
      examples: overBounds,
      numRuns: runs,
      interruptAfterTimeLimit: timeLimit,
      markInterruptAsFailure: false,
    },
  );
}, 300_000);
