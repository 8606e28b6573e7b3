import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { expect, onTestFinished, test } from "vitest";
import { call } from "../../support/contract-client.ts";
import { itemsOfRoom, operatorTable } from "../../support/operator.ts";
import { groupRoom, newUsers } from "../../support/people.ts";
import { seedItems } from "../../support/seed-items.ts";
import { target } from "../../support/target.ts";
import { newChatClient } from "./chat-client.ts";
import { fetchFresh, viewOfHeld } from "./view.ts";

/** Sets a room back to earlier items, as in a restored table. */
async function restore(roomId: string, items: Awaited<ReturnType<typeof itemsOfRoom>>): Promise<void> {
  const kept = new Set(items.map(({ sk }) => sk));
  for (const { pk, sk } of await itemsOfRoom(roomId))
    if (!kept.has(sk))
      await operatorTable().send(new DeleteCommand({ TableName: target().tableName, Key: { pk, sk } }));
  await seedItems(items);
}

test("a client shows a room as it is after the table was restored to an earlier time", async () => {
  const [ann, ben] = await newUsers(2);
  if (!ann || !ben) throw new Error("Two users were asked for.");
  const room_id = await groupRoom(ann, [ben]);
  const client = newChatClient(ben, () => 0);
  onTestFinished(() => client.stop());
  client.start();
  await client.ready();
  const say = (content: string) =>
    call("sendMessage", { token: ann.token, params: { room_id }, body: { content } });
  const edit = (message_id: string, content: string) =>
    call("updateMessage", { token: ann.token, params: { room_id, message_id }, body: { content } });
  const view = () => {
    const room = client.rooms.get(room_id);
    return room && viewOfHeld(room, ben.id);
  };
  const becomesFresh = async () => {
    const fresh = (await fetchFresh(ben)).get(room_id);
    await expect.poll(view, { timeout: 15_000 }).toEqual(fresh);
  };

  const { id } = await say("one");
  await edit(id, "one, edited");
  const items = await itemsOfRoom(room_id);
  await edit(id, "one, edited twice");
  await say("two");
  await becomesFresh();
  await restore(room_id, items);
  client.link?.drop();
  await becomesFresh();
  await expect.poll(() => client.rooms.get(room_id)?.rev).toBe(1);
  expect(view()).toMatchObject({ seq: 1, messages: [{ content: "one, edited" }] });
  await say("another two");
  await becomesFresh();
});
