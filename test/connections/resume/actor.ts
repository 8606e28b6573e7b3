import { setTimeout as sleep } from "node:timers/promises";
import type { Message } from "../../../contract/objects/message.ts";
import type { OperationId } from "../../../contract/operations.ts";
import { ask } from "../../support/ask.ts";
import type { CallInput } from "../../support/contract-client.ts";
import type { Random } from "../../support/random.ts";
import type { ChatClient } from "./chat-client.ts";
import type { HeldRoom } from "./held-room.ts";

/**
 * Rooms whose membership changes: a public room to join, and a group whose admin adds and removes
 * members.
 */
export interface Places {
  readonly publicRoom: string;
  readonly club: string;
  /** The ids of all users. */
  readonly people: readonly string[];
}

const emoji = ["👍", "❤️", "🎉"];

/** The relative frequency of each deed. */
const weights = {
  sendOverHttp: 8,
  sendOverSocket: 8,
  edit: 4,
  remove: 2,
  restore: 2,
  react: 6,
  pin: 2,
  read: 5,
  readSome: 5,
  receive: 4,
  comeOrGo: 3,
  addOrRemove: 2,
  rename: 1,
  mute: 1,
} as const;
type Deed = keyof typeof weights;
// Object.entries forgets the key type; a const object has exactly its names.
const deeds = (Object.entries(weights) as [Deed, number][]).flatMap(([deed, weight]) =>
  Array<Deed>(weight).fill(deed),
);

/**
 * Does something at random as the client's user would, with the data that the client shows. Repeats
 * it if no answer comes.
 */
export async function actOnce(client: ChatClient, random: Random, places: Places): Promise<void> {
  const { user, rooms } = client;
  /**
   * Calls an operation, sometimes a second time, like a client that gave up waiting for the first
   * answer.
   */
  const askAgain = async <Id extends OperationId>(id: Id, input: CallInput) => {
    const first = ask(id, { token: user.token, ...input });
    if (!random.chance(0.15)) return first;
    await sleep(random.below(30));
    const [, second] = await Promise.all([first, ask(id, { token: user.token, ...input })]);
    return second;
  };
  const room: HeldRoom | undefined = random.pick([...rooms.values()]);
  if (!room) return;
  const room_id = room.facts.id;
  const messages = [...room.messages.values()];
  const own = messages.filter((message) => message.sender.id === user.id);
  const about = (message: Message) => ({ params: { room_id, message_id: message.id } });

  const send = async (overSocket: boolean): Promise<void> => {
    const body = {
      content: `${user.username} says ${random.below(1_000_000_000)}`,
      client_message_id: `c-${random.below(1_000_000_000)}`,
    };
    if (overSocket) {
      const answer = await client.link?.request({ type: "message", room_id, ...body });
      if (answer?.type === "ack" && answer.message) return client.takeSent(answer.message);
      // It is unknown whether the message was stored: sends the same again, over HTTP.
    }
    const { status, body: message } = await askAgain("sendMessage", { params: { room_id }, body });
    if (status === 200 || status === 201) client.takeSent(message);
  };
  const deed = deeds[random.below(deeds.length)];
  switch (deed) {
    case "sendOverHttp":
      return send(false);
    case "sendOverSocket":
      return send(true);
    case "edit": {
      const message = random.pick(own);
      if (message)
        await askAgain("updateMessage", {
          ...about(message),
          body: { content: `edit ${random.below(1e9)}` },
        });
      return;
    }
    case "remove": {
      const message = random.pick(own);
      if (message) await askAgain("deleteMessage", about(message));
      return;
    }
    case "restore": {
      const message = random.pick(own.filter((one) => one.is_deleted));
      if (message) await askAgain("restoreMessage", about(message));
      return;
    }
    case "react": {
      const message = random.pick(messages);
      const action = random.chance(0.7) ? "add" : "remove";
      const body = { emoji: random.pick(emoji), action };
      if (message) await askAgain("reactToMessage", { ...about(message), body });
      return;
    }
    case "pin": {
      const message = random.pick(messages);
      if (message) await askAgain(message.pinned ? "unpinMessage" : "pinMessage", about(message));
      return;
    }
    case "read": {
      const upTo = room.held;
      const marked = await askAgain("markRoomRead", { params: { room_id }, body: { up_to_seq: upTo } });
      if (marked.status === 200) client.recordRead(room_id, { upTo });
      return;
    }
    case "readSome": {
      const some = messages.filter(() => random.chance(0.3)).slice(-5);
      if (some.length === 0) return;
      const body = { message_ids: some.map((message) => message.id) };
      const marked = await askAgain("markRoomRead", { params: { room_id }, body });
      if (marked.status === 200) client.recordRead(room_id, { seqs: some.map((message) => message.seq) });
      return;
    }
    case "receive":
      await client.link?.request({ type: "delivered", room_id, up_to_seq: room.held });
      return;
    case "comeOrGo": {
      const params = { room_id: places.publicRoom };
      await askAgain(rooms.has(places.publicRoom) ? "leaveRoom" : "joinRoom", { params });
      return;
    }
    case "addOrRemove": {
      const other = random.pick(places.people.filter((id) => id !== user.id)) ?? "";
      const params = { room_id: places.club, user_id: other };
      if (random.chance(0.5)) await askAgain("removeParticipant", { params });
      else await askAgain("addParticipants", { params, body: { user_ids: [other] } });
      return;
    }
    case "rename":
      await askAgain("updateRoom", { params: { room_id }, body: { name: `Room ${random.below(1e9)}` } });
      return;
    case "mute":
      await askAgain("updateNotifications", { params: { room_id }, body: { enabled: random.chance(0.5) } });
  }
}
