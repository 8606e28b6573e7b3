import { afterAll, beforeAll, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { advanceClock } from "../support/control.ts";
import { directRoom, newUsers, type TestUser } from "../support/people.ts";
import { type RunnerProcess, startRunnerProcess } from "../support/runner-process.ts";
import { connect } from "../support/socket-client.ts";
import { setTarget } from "../support/target.ts";

/** Bursts of 30, and then one message in 100 s: slow enough that a busy machine makes no difference. */
const burst = 30;
const secondsAMessage = 100;
let runner: RunnerProcess;
beforeAll(async () => {
  runner = await startRunnerProcess("--fresh", "--quiet", "-c", "rateLimitPerSecond=0.01");
  setTarget(runner.ready);
});
afterAll(() => runner.stop());

const send = (user: TestUser, roomId: string, content: string) =>
  attempt("sendMessage", { token: user.token, params: { room_id: roomId }, body: { content } });

test("a member may send a burst at once, and then as fast as the bucket fills", async () => {
  const [ann, ben, cid] = await newUsers(3);
  if (!ann || !ben || !cid) throw new Error("no users");
  const roomId = await directRoom(ann, ben);
  const answers = await Promise.all(
    Array.from({ length: burst + 10 }, (_, at) => send(ann, roomId, `message ${at}`)),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(burst);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(10);
  for (const { body, headers } of refused) {
    expect(body).toMatchObject({ code: "rate_limited" });
    expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  }

  // Nothing of what was refused is seen, not even as the room's last message.
  const page = await call("listMessages", {
    token: ben.token,
    params: { room_id: roomId },
    query: { page_size: 100 },
  });
  expect(page.results).toHaveLength(burst);
  const room = await call("getRoom", { token: ben.token, params: { room_id: roomId } });
  expect(room.last_message?.id).toBe(page.results.at(-1)?.id);

  // The limit is one member's in one room.
  expect((await send(ben, roomId, "mine")).status).toBe(201);
  const annWithCid = await directRoom(ann, cid);
  expect((await send(ann, annWithCid, "elsewhere")).status).toBe(201);

  // A repeat is delivered again, and pays for it.
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
