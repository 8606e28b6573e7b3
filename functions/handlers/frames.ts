import { authenticate } from "../actions/authenticate.ts";
import { listMovedRooms } from "../actions/list-moved-rooms.ts";
import { sayTyping } from "../actions/say-typing.ts";
import { sendMessage } from "../actions/send-message.ts";
import { type FrameHandlers, roomOf } from "../kernel/frames.ts";
import { actorOf } from "../kernel/socket.ts";

export const frameHandlers: FrameHandlers = {
  message: async (frame, socket) => {
    const { message } = await sendMessage(actorOf(socket), roomOf(frame, socket), frame);
    return { ack: { message } };
  },

  typing: async (frame, socket) => {
    await sayTyping(socket.userId, roomOf(frame, socket), frame.is_typing);
    return {};
  },

  hello: async (frame, socket) => ({
    reply: {
      type: "hello",
      user_id: socket.userId,
      rooms: await listMovedRooms(socket.userId, frame.rooms),
    },
  }),

  authenticate: async (frame, socket) => {
    await authenticate(socket, frame.token);
    return {};
  },

  ping: async () => ({ reply: { type: "pong" } }),
};
