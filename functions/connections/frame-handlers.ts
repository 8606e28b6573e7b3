import { type FrameHandlers, roomOf } from "../kernel/websocket/frames.ts";
import { actorOf } from "../kernel/websocket/socket.ts";
import { sendMessage } from "../messages/send.ts";
import { publishTyping } from "../presence/typing.ts";
import { markDelivered, markMessagesRead, markReadUpTo } from "../receipts/mark-read.ts";
import { authenticate } from "./authenticate.ts";
import { checkRooms, resume } from "./resume.ts";

export const frameHandlers: FrameHandlers = {
  message: async (frame, socket) => {
    const { message } = await sendMessage(actorOf(socket), roomOf(frame, socket), frame);
    return { ack: { message } };
  },

  typing: async (frame, socket) => {
    await publishTyping(socket.userId, roomOf(frame, socket), frame.is_typing);
    return {};
  },

  read_receipt: async (frame, socket) => {
    const roomId = roomOf(frame, socket);
    if (frame.up_to_seq !== undefined) await markReadUpTo(socket.userId, roomId, frame.up_to_seq);
    else await markMessagesRead(socket.userId, roomId, frame.message_ids ?? [frame.message_id ?? ""]);
    return {};
  },

  delivered: async (frame, socket) => {
    await markDelivered(socket.userId, roomOf(frame, socket), frame.up_to_seq);
    return {};
  },

  hello: async (frame, socket) => ({ replies: await resume(socket.userId, frame.rooms) }),

  authenticate: async (frame, socket) => {
    await authenticate(socket, frame.token);
    return {};
  },

  ping: async ({ rooms }, socket) => ({
    replies: [rooms ? await checkRooms(socket.userId, rooms) : { type: "pong" }],
  }),
};
