import { afterEach, expect, test } from "vitest";
import { attempt, call } from "../../support/contract-client.ts";
import { clearFaults, type FaultSpec, injectFault } from "../../support/control.ts";
import { groupRoom, newUsers, type TestUser } from "../../support/people.ts";
import { type ChatClient, newChatClient } from "./chat-client.ts";

afterEach(clearFaults);

const clientsEach = 4;

async function setScene(): Promise<{ people: TestUser[]; roomId: string; clients: ChatClient[] }> {
  const people = await newUsers(5);
  const [ann] = people;
  if (!ann) throw new Error("Five users were asked for.");
  const roomId = await groupRoom(ann, people.slice(1));
  const clients = people.flatMap((user) =>
    Array.from({ length: clientsEach }, () => newChatClient(user, () => 0)),
  );
  for (const client of clients) client.start();
  await Promise.all(clients.map((client) => client.ready()));
  return { people, roomId, clients };
}

/** Injects a fault into the write of the room's first message. */
function failFirst(roomId: string, fault: Pick<FaultSpec, "kind" | "delay_ms">) {
  return injectFault({ service: "dynamodb", action: "PutItem", pk: `ROOM#${roomId}`, sk: "MSG#", ...fault });
}

function sendInput(user: TestUser | undefined, roomId: string) {
  return {
    token: user?.token,
    params: { room_id: roomId },
    body: { content: "hello" },
  };
}

/** Returns the messages of the room that each client has shown, in that order. */
function shownBy(clients: readonly ChatClient[], roomId: string) {
  return clients.map((client) => client.rooms.get(roomId)?.transcript.shown.join());
}

function total(clients: readonly ChatClient[], count: "holes" | "holeFetches"): number {
  return clients.reduce((sum, client) => sum + client.counts[count], 0);
}

test("concurrent messages of several users are shown in order, and hardly any client asks the history for them", async () => {
  const { people, roomId, clients } = await setScene();
  // The first number is published after later ones.
  await failFirst(roomId, { kind: "delay", delay_ms: 300 });
  const sendFour = async (user: TestUser) => {
    for (let sent = 0; sent < 4; sent += 1) await call("sendMessage", sendInput(user, roomId));
  };
  await Promise.all(people.map(sendFour));
  const inOrder = Array.from({ length: 20 }, (_, at) => at + 1).join();
  await expect.poll(() => shownBy(clients, roomId), { timeout: 20_000 }).toEqual(clients.map(() => inOrder));
  const holes = total(clients, "holes");
  expect(holes).toBeGreaterThanOrEqual(clients.length);
  expect(total(clients, "holeFetches") * 3).toBeLessThanOrEqual(holes);
  if (process.env.PARLEY_RESUME_REPORT)
    console.log(`${holes} messages above a hole, ${total(clients, "holeFetches")} fetches`);
  await Promise.all(clients.map((client) => client.stop()));
});

test("a client asks once for a message whose event never came, and shows it before later ones", async () => {
  const { people, roomId, clients } = await setScene();
  const [ann, ben] = people;
  await failFirst(roomId, { kind: "crash" });
  expect((await attempt("sendMessage", sendInput(ann, roomId))).status).toBe(500);
  for (let sent = 0; sent < 3; sent += 1) await call("sendMessage", sendInput(ben, roomId));
  await expect
    .poll(() => shownBy(clients, roomId), { timeout: 20_000 })
    .toEqual(clients.map(() => "1,2,3,4"));
  expect(total(clients, "holes")).toBeGreaterThanOrEqual(clients.length);
  expect(total(clients, "holeFetches")).toBe(clients.length);
  await Promise.all(clients.map((client) => client.stop()));
});
