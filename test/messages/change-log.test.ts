import { afterEach, describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults, injectFault, metered } from "../support/control.ts";
import { keys } from "../support/internals.ts";
import { about, edit, groupWithStranger, list, say } from "../support/messages.ts";
import { itemsOfRoom } from "../support/operator.ts";
import { groupRoom, newUsers, trio } from "../support/people.ts";
import { seedItems } from "../support/seed-items.ts";
import { connect } from "../support/socket-client.ts";

afterEach(clearFaults);

/** The part of an event that says what became of a message. */
interface Change {
  readonly rev: number;
  readonly content?: string;
  readonly reactions: Record<string, string[]>;
}

const day = 24 * 3600;

/**
 * Seeds a room whose revisions were taken so many seconds ago. Returns a function that asks for its
 * changes.
 */
async function seedLog(revisions: readonly { age: number; isLogged: boolean }[]) {
  const { ann, ben, roomId } = await groupWithStranger();
  // By the runner's clock, which other tests advance.
  const { timestamp } = await say(ben, roomId, "one");
  const times = revisions.map(({ age, isLogged }) => ({
    at: Math.floor(Date.parse(timestamp) / 1000) - age,
    isLogged,
  }));
  const items = await itemsOfRoom(roomId);
  const head = items.find(({ sk }) => sk === keys.head(roomId).sk);
  const message = items.find(({ sk }) => sk === keys.message(roomId, 1).sk);
  const rev = times.length;
  const takenAt = (number: number): number => times[number - 1]?.at ?? 0;
  await seedItems([
    {
      ...keys.head(roomId),
      ...head,
      created_at: "2020-01-01T00:00:00.000Z",
      rev,
      rev_at: takenAt(rev),
      rev_before: takenAt(rev - 1),
    },
    { ...keys.message(roomId, 1), ...message, rev },
    ...times.flatMap(({ at, isLogged }, index) =>
      isLogged ? [{ ...keys.change(roomId, index + 1), seq: 1, at, before: takenAt(index) }] : [],
    ),
  ]);
  const ask = (since: number) =>
    attempt("listMessages", {
      token: ann.token,
      params: { room_id: roomId },
      query: { changed_since: since },
    });
  return ask;
}

describe("a client that was away", () => {
  test("for longer than the log is kept gets 410, and no answer that leaves out a change", async () => {
    const ask = await seedLog([
      { age: 50 * day, isLogged: false },
      { age: 40 * day, isLogged: false },
      { age: 20 * day, isLogged: true },
    ]);
    const { status, problem } = await ask(0);
    expect([status, problem.code]).toEqual([410, "changes_expired"]);
    expect(problem.detail).toContain("fetch its messages anew");
    expect((await ask(1)).status).toBe(410);
    expect((await ask(2)).body).toMatchObject({ count: 1, rev: 3 });
    expect((await ask(3)).body).toMatchObject({ count: 0, rev: 3 });
  });

  test("finds an entry that TTL has not deleted yet as expired", async () => {
    const ask = await seedLog([
      { age: 31 * day, isLogged: true },
      { age: 31 * day, isLogged: true },
      { age: day, isLogged: true },
    ]);
    expect((await ask(0)).status).toBe(410);
    expect((await ask(2)).body).toMatchObject({ count: 1, rev: 3 });
  });

  test("passes numbers that were never used", async () => {
    const ask = await seedLog([
      { age: 3 * day, isLogged: false },
      { age: 2 * day, isLogged: true },
      { age: day, isLogged: false },
      { age: day, isLogged: false },
      { age: 3600, isLogged: true },
      { age: 600, isLogged: false },
    ]);
    for (const since of [0, 1, 2, 5]) expect((await ask(since)).body.rev).toBe(6);
  });

  test("holds no number that may still be in flight", async () => {
    const ask = await seedLog([
      { age: 3600, isLogged: true },
      { age: 5, isLogged: false },
      { age: 4, isLogged: true },
    ]);
    expect((await ask(0)).body).toMatchObject({ count: 1, rev: 1 });
    expect((await ask(1)).body).toMatchObject({ count: 1, rev: 1, next: null });
  });
});

describe("a change in flight", () => {
  test("is behind the revision that a page says, until it has landed", async () => {
    const { ann, ben, roomId } = await groupWithStranger();
    const [one, two] = [await say(ben, roomId, "one"), await say(ben, roomId, "two")];
    await injectFault({
      ...{ kind: "delay", service: "dynamodb", action: "UpdateItem", delay_ms: 8000 },
      ...keys.message(roomId, one.seq),
    });
    const editing = edit(ben, one, "uno");
    await expect
      .poll(async () => (await call("getRoom", { token: ann.token, params: { room_id: roomId } })).rev)
      .toBe(1);
    await call("reactToMessage", about(ann, two, { body: { emoji: "👍" } }));
    const changed = async () => {
      const { results, rev, next } = await list(ann, roomId, { changed_since: 0 });
      return { seqs: results.map(({ seq }) => seq), rev, next };
    };
    expect(await changed()).toEqual({ seqs: [two.seq], rev: 0, next: null });
    expect((await list(ann, roomId)).rev).toBe(0);
    expect((await editing).rev).toBe(1);
    expect(await changed()).toEqual({ seqs: [one.seq, two.seq], rev: 2, next: null });
  });
});

describe("changes of one message at once", () => {
  test("each have a revision of their own, and their events are the message's states", async () => {
    const { ann, ben, cid, roomId } = await trio();
    const said = await say(ann, roomId, "0");
    const socket = await connect(cid);
    const react = (user: typeof ann, emoji: string) =>
      call("reactToMessage", about(user, said, { body: { emoji } }));
    for (let round = 1; round <= 5; round += 1)
      await Promise.all([
        edit(ann, said, `edit ${round}`),
        ...["👍", "❤️", `${round}️⃣`].flatMap((emoji) => [react(ben, emoji), react(cid, emoji)]),
      ]);
    const { rev } = await call("getRoom", { token: ann.token, params: { room_id: roomId } });
    await socket.request({ type: "ping" });
    const events = socket.events.flatMap((event): Change[] => {
      if (event.type === "message_updated") return [event.message];
      return event.type === "reaction" ? [event] : [];
    });
    expect(new Set(events.map((event) => event.rev)).size).toBe(events.length);
    const now = await call("getMessage", about(cid, said));
    expect(now.rev).toBeLessThanOrEqual(rev);
    const last = events.toSorted((a, b) => b.rev - a.rev);
    expect(last[0]?.reactions).toEqual(now.reactions);
    expect(last.find(({ content }) => content !== undefined)?.content).toBe(now.content);
    await socket.close();
  });

  test("cost as much each, whether 2 or 20 members make them", async () => {
    const people = await newUsers(21);
    const [ann, ...others] = people;
    if (!ann) throw new Error("Users were asked for.");
    const roomId = await groupRoom(ann, others);
    const costOf = async (count: number) => {
      const said = await say(ann, roomId, "Hello");
      // Another message is the room's last one.
      await say(ann, roomId, "Hello");
      const body = { emoji: "👍" };
      const { operations } = await metered(() =>
        Promise.all(
          others.slice(0, count).map((user) => call("reactToMessage", about(user, said, { body }))),
        ),
      );
      return Object.values(operations).reduce((sum, { wru }) => sum + wru, 0) / count;
    };
    const few = await costOf(2);
    expect(few).toBeLessThanOrEqual(7);
    expect(await costOf(20)).toBeLessThanOrEqual(2 * few);
  });
});
