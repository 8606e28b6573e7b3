import { afterEach, expect, onTestFinished, test } from "vitest";
import type { Message } from "../../../contract/objects/message.ts";
import { ask } from "../../support/ask.ts";
import { call } from "../../support/contract-client.ts";
import { advanceClock, clearFaults, injectFault } from "../../support/control.ts";
import { groupRoom, newUsers, type TestUser } from "../../support/people.ts";
import { newRandom, type Random } from "../../support/random.ts";
import { newChatClient } from "./chat-client.ts";
import { fetchFresh, viewOfHeld } from "./view.ts";

/** PARLEY_RESUME_SEED repeats a run that failed. */
const seed = Number(process.env.PARLEY_RESUME_SEED ?? 20_261_130);
const rounds = Number(process.env.PARLEY_RESUME_ROUNDS ?? 6);
const slowMachine = 180_000;

/** Longer than a change may be in flight. */
const changeLife = 41_000;

afterEach(clearFaults);

const emoji = ["👍", "❤️", "🎉"];

/** The changes of one round by one user. They begin at the same time as those of the others. */
function changesOf(user: TestUser, message: Message, isAuthor: boolean, random: Random) {
  const about = { token: user.token, params: { room_id: message.room, message_id: message.id } };
  const react = () =>
    ask("reactToMessage", {
      ...about,
      body: { emoji: random.pick(emoji), action: random.chance(0.7) ? "add" : "remove" },
    });
  const authored = [
    () => ask("updateMessage", { ...about, body: { content: `edit ${random.below(1e9)}` } }),
    () => ask("deleteMessage", about),
    () => ask("restoreMessage", about),
  ];
  const pinned = [() => ask("pinMessage", about), () => ask("unpinMessage", about)];
  return isAuthor
    ? [random.pick(authored), react, random.pick(authored)]
    : [react, random.pick(pinned), react];
}

const faults = {
  "without a fault": undefined,
  "with lost answers": { kind: "lose", probability: 0.05 },
  "with functions that end": { kind: "crash", probability: 0.02 },
} as const;

for (const [name, fault] of Object.entries(faults))
  test(
    `each client shows what a fresh fetch shows, after each round of changes at once, ${name} (seed ${seed})`,
    async () => {
      const random = newRandom(seed);
      const people = await newUsers(5);
      const [ann, ...others] = people;
      if (!ann) throw new Error("Five users were asked for.");
      const room_id = await groupRoom(ann, others);
      const clients = people.map((user) => newChatClient(user, () => 0));
      onTestFinished(async () => {
        await Promise.all(clients.map((client) => client.stop()));
      });
      for (const client of clients) client.start();
      await Promise.all(clients.map((client) => client.ready()));
      const sent: Message[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const say = { token: ann.token, params: { room_id }, body: { content: `message ${round}` } };
        sent.push(await call("sendMessage", say));
        // Half of the rounds change the last message, which the head shows.
        const message = random.chance(0.5) ? sent.at(-1) : random.pick(sent);
        if (!message) throw new Error("A message was sent.");
        if (fault)
          await injectFault({ ...fault, service: "dynamodb", function: "messages", seed: seed + round });
        await Promise.all(
          people.flatMap((user) =>
            changesOf(user, message, user === ann, random.fork()).map((change) => change?.()),
          ),
        );
        await clearFaults();
        // Revisions whose calls were interrupted stay unused: their age tells that.
        if (fault) await advanceClock(changeLife);
        for (const client of clients) {
          const fresh = (await fetchFresh(client.user)).get(room_id);
          const view = () => {
            const room = client.rooms.get(room_id);
            return room && viewOfHeld(room, client.user.id);
          };
          await expect.poll(view, { timeout: 15_000, message: `round ${round}` }).toEqual(fresh);
        }
      }
    },
    slowMachine,
  );
