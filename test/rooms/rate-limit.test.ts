import { afterAll, beforeAll, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { advanceClock } from "../support/control.ts";
import { trySay } from "../support/messages.ts";
import { directRoom, groupRoom, newUsers, type TestUser } from "../support/people.ts";
import { type RunnerProcess, startRunnerProcess } from "../support/runner-process.ts";
import { connect } from "../support/socket-client.ts";
import { setTarget } from "../support/target.ts";

/**
 * Messages of a burst. Afterwards a member may send one in 100 s: so slowly that a busy machine
 * makes no difference.
 */
const burst = 30;
const secondsAMessage = 100;
let runner: RunnerProcess;
beforeAll(async () => {
  runner = await startRunnerProcess("--fresh", "--quiet", "-c", "rateLimitPerSecond=0.01");
  setTarget(runner.ready);
});
afterAll(() => runner.stop());

test("a member may send a burst, and then as fast as the bucket fills", async () => {
  const [ann, ben, cid] = await newUsers(3);
  if (!ann || !ben || !cid) throw new Error("no users");
  const roomId = await directRoom(ann, ben);
  for (let at = 0; at < burst; at += 1)
    expect((await trySay(ann, roomId, `message ${at}`)).status, `message ${at}`).toBe(201);
  for (let at = 0; at < 3; at += 1) {
    const { status, body, headers } = await trySay(ann, roomId, "too many");
    expect(status).toBe(429);
    expect(body).toMatchObject({ code: "rate_limited" });
    expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  }

  // The limit is per member and room.
  expect((await trySay(ben, roomId, "mine")).status).toBe(201);
  const annWithCid = await directRoom(ann, cid);
  expect((await trySay(ann, annWithCid, "elsewhere")).status).toBe(201);

  // A repeat is delivered again, and is charged for it.
  const again = () =>
    attempt("sendMessage", {
      token: cid.token,
      params: { room_id: annWithCid },
      body: { content: "Again", client_message_id: "again" },
    });
  const repeats = [];
  for (let at = 0; at < burst + 3; at += 1) repeats.push((await again()).status);
  expect(repeats).toEqual([201, ...Array(burst - 1).fill(200), 429, 429, 429]);

  const socket = await connect(ann);
  const frame = { type: "message", room_id: roomId, content: "over the socket" } as const;
  const answer = await socket.request(frame);
  if (answer.type !== "error") throw new Error("It was taken.");
  expect(answer.error.code).toBe("rate_limited");
  expect(answer.error.retry_after).toBeGreaterThan(0);
  await advanceClock((secondsAMessage + 1) * 1000);
  expect(await socket.request(frame)).toMatchObject({ type: "ack" });
  expect(await socket.request(frame)).toMatchObject({ type: "error" });
  await socket.close();
});

test("refused messages leave no trace, however many are sent at once", async () => {
  const [ann, ben] = await newUsers(2);
  if (!ann || !ben) throw new Error("no users");
  const roomId = await directRoom(ann, ben);
  const answers = [];
  for (let wave = 0; wave < 3; wave += 1)
    answers.push(
      ...(await Promise.all(
        Array.from({ length: 2 * burst }, (_, at) => trySay(ann, roomId, `message ${wave} ${at}`)),
      )),
    );
  const taken = answers.filter(({ status }) => status === 201).length;
  const refused = answers.filter(({ status }) => status === 429).length;
  expect(taken + refused).toBe(6 * burst);
  // Messages that came before any other was charged are accepted: their sender then waits longer.
  expect(taken).toBeGreaterThanOrEqual(burst);
  expect(refused).toBeGreaterThanOrEqual(4 * burst);

  const page = await call("listMessages", {
    token: ben.token,
    params: { room_id: roomId },
    query: { page_size: 100 },
  });
  expect(page.count).toBe(taken);
  expect(page.results.map((message) => message.seq)).toEqual(
    Array.from({ length: taken }, (_, at) => at + 1),
  );
  const room = await call("getRoom", { token: ben.token, params: { room_id: roomId } });
  expect(room).toMatchObject({ seq: taken, unread_count: taken });
  expect(room.last_message?.id).toBe(page.results.at(-1)?.id);
  const { headers } = await trySay(ann, roomId, "one more");
  expect(Number(headers.get("retry-after"))).toBeGreaterThan((taken - burst) * secondsAMessage);
});

test("a forward to several rooms is refused before any of them gets it", async () => {
  const [ann, ben, cid] = await newUsers(3);
  if (!ann || !ben || !cid) throw new Error("no users");
  const free = await directRoom(ann, ben);
  const used = await directRoom(ann, cid);
  const { body: source } = await trySay(ann, free, "Forward me");
  const params = { room_id: free, message_id: source.id };
  const forward = () =>
    attempt("forwardMessage", { token: ann.token, params, body: { room_ids: [free, used] } });
  const seqOf = async (room_id: string): Promise<number> =>
    (await call("getRoom", { token: ann.token, params: { room_id } })).seq;

  const left = 5;
  await Promise.all(Array.from({ length: burst - left }, (_, at) => trySay(ann, used, `message ${at}`)));
  // One room's bucket runs dry while the other's is more than half full.
  const answers = await Promise.all(Array.from({ length: 2 * left }, forward));
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([...Array(left).fill(201), ...Array(left).fill(429)]);
  expect([await seqOf(free), await seqOf(used)]).toEqual([1 + left, burst]);

  const { status, headers } = await forward();
  expect(status).toBe(429);
  const seconds = Number(headers.get("retry-after"));
  expect(seconds).toBeGreaterThanOrEqual(1);
  expect([await seqOf(free), await seqOf(used)]).toEqual([1 + left, burst]);
  await advanceClock(seconds * 1000);
  expect((await forward()).status).toBe(201);
  expect([await seqOf(free), await seqOf(used)]).toEqual([2 + left, burst + 1]);
});

test("a user who joins a room begins with one message, however often they join", async () => {
  const [ann, ben] = await newUsers(2);
  if (!ann || !ben) throw new Error("no users");
  const body = { room_type: "public", name: "Open" };
  const params = { room_id: (await call("createRoom", { token: ann.token, body })).id };
  const statuses = async (count: number): Promise<number[]> => {
    const sent: number[] = [];
    for (let at = 0; at < count; at += 1) sent.push((await trySay(ben, params.room_id, "again")).status);
    return sent;
  };
  for (let round = 0; round < 2; round += 1) {
    await call("joinRoom", { token: ben.token, params });
    expect(await statuses(2)).toEqual([201, 429]);
    await call("leaveRoom", { token: ben.token, params });
  }
  // A user whom an admin adds has not chosen the time.
  await call("addParticipants", { token: ann.token, params, body: { user_ids: [ben.id] } });
  expect(await statuses(3)).toEqual([201, 201, 201]);
});

test("changes of messages take from the same bucket, marks from none", async () => {
  const [ann, ben] = await newUsers(2);
  if (!ann || !ben) throw new Error("no users");
  const room_id = await directRoom(ann, ben);
  const { body: said } = await trySay(ann, room_id, "0");
  const about = (user: TestUser, body?: object) => ({
    token: user.token,
    params: { room_id, message_id: said.id },
    body,
  });
  const edits = await Promise.all(
    Array.from({ length: 2 * burst }, (_, at) =>
      attempt("updateMessage", about(ann, { content: String(at + 1) })),
    ),
  );
  const taken = edits.filter(({ status }) => status === 200).length;
  const refused = edits.filter(({ status }) => status === 429);
  expect(taken + refused.length).toBe(2 * burst);
  // One token was charged for the message.
  expect(taken).toBe(burst - 1);
  for (const { body, headers } of refused) {
    expect(body).toMatchObject({ code: "rate_limited" });
    expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  }
  const { count } = await call("listMessageHistory", about(ann));
  expect(count).toBe(taken);

  for (const [id, body] of [
    ["replaceMessage", { content: "x" }],
    ["reactToMessage", { emoji: "👍" }],
    ["pinMessage", undefined],
    ["unpinMessage", undefined],
    ["deleteMessage", undefined],
    ["restoreMessage", undefined],
  ] as const)
    expect((await attempt(id, about(ann, body))).status, id).toBe(429);
  expect((await trySay(ann, room_id, "one more")).status).toBe(429);
  for (const user of [ann, ben]) expect((await attempt("markMessageRead", about(user))).status).toBe(200);
  // Ben has a bucket of his own.
  expect((await attempt("reactToMessage", about(ben, { emoji: "👍" }))).status).toBe(200);
});

test("changes that are refused, for the room or for the message, are not charged", async () => {
  const [ann, ben] = await newUsers(2);
  if (!ann || !ben) throw new Error("no users");
  const room_id = await groupRoom(ann, [ben]);
  const say = async ({ token }: TestUser, further = {}): Promise<string> =>
    (await call("sendMessage", { token, params: { room_id }, body: { content: "Said", ...further } })).id;
  const annsId = await say(ann);
  const bensId = await say(ben);
  const deletedId = await say(ben);
  const destroyedId = await say(ben, { expires_in: 10 });
  const about = (message_id: string, body?: object) => ({
    token: ben.token,
    params: { room_id, message_id },
    body,
  });
  await call("deleteMessage", about(deletedId));
  const permissions = { member: { can_send: false, can_pin: false } };
  await call("updatePermissions", { token: ann.token, params: { room_id }, body: permissions });
  // Waits until the message has expired, and the bucket has refilled for the sent and the deleted
  // ones.
  await advanceClock(5 * secondsAMessage * 1000);

  const thumb = { emoji: "👍" };
  for (const [id, messageId, body, status] of [
    ["updateMessage", annsId, { content: "Not mine" }, 403],
    ["updateMessage", bensId, { content: "Not now" }, 403],
    ["deleteMessage", annsId, undefined, 403],
    ["restoreMessage", deletedId, undefined, 403],
    ["pinMessage", annsId, undefined, 403],
    ["unpinMessage", annsId, undefined, 403],
    ["reactToMessage", deletedId, thumb, 409],
    ["reactToMessage", destroyedId, thumb, 404],
    ["deleteMessage", destroyedId, undefined, 404],
  ] as const)
    expect((await attempt(id, about(messageId, body))).status, id).toBe(status);
  const statuses = [];
  for (let at = 0; at < burst + 1; at += 1)
    statuses.push((await attempt("reactToMessage", about(annsId, thumb))).status);
  expect(statuses).toEqual([...Array(burst).fill(200), 429]);
});
