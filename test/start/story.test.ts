import { expect, test } from "vitest";
import { call } from "../support/contract-client.ts";
import { directRoom, newUser } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

/** Follows the steps that the README shows. */
test("two users chat: over HTTP to a socket, and from a socket to HTTP", async () => {
  const ann = await newUser("ann");
  const ben = await newUser("ben");
  const roomId = await directRoom(ann, ben);
  const socket = await connect(ben);

  const sent = await call("sendMessage", {
    token: ann.token,
    params: { room_id: roomId },
    body: { content: "Hello Ben" },
  });
  const { message } = await socket.next("message");
  expect(message).toEqual(sent);
  expect(message).toMatchObject({ content: "Hello Ben", seq: 1, sender: { id: ann.id, email: ann.email } });

  const ack = await socket.request({ type: "message", room_id: roomId, content: "Hello Ann" });
  expect(ack).toMatchObject({ type: "ack", message: { content: "Hello Ann", seq: 2 } });

  const page = await call("listMessages", { token: ann.token, params: { room_id: roomId } });
  expect(page.results.map((one) => one.content)).toEqual(["Hello Ben", "Hello Ann"]);
  expect(page).toMatchObject({ count: 2, next: null, previous: null });
  await socket.close();
});
