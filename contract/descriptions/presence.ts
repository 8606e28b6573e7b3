import { presenceOperations } from "../presence.ts";
import { describeObject, describeOperations } from "./describe.ts";
import { noReadableRoom, noUser } from "./errors.ts";
import * as examples from "./examples.ts";

const activity = {
  timestamp: {
    description: "The client's own time, RFC 3339. The server does not use it. Default: none.",
    example: examples.time,
  },
};

export const presenceDescriptions = describeOperations(presenceOperations, {
  heartbeat: {
    description:
      "Keeps the caller online for five minutes. It is for clients without an open WebSocket, which " +
      "keeps its user online by itself. Send it every two minutes. A heartbeat within a minute of the " +
      "last one stores nothing.",
    body: activity,
    success: "When the caller's last heartbeat was stored.",
    errors: {},
  },
  listOnlineUsers: {
    description:
      "Lists the ids of all users who are online: they have an open WebSocket, or sent a heartbeat in " +
      "the last five minutes, and have not gone offline since. Users whom the caller blocks, and users " +
      "who block the caller, are left out.",
    success: "The ids of all online users.",
    errors: {},
  },
  markOffline: {
    description:
      "Sets the caller offline until their next heartbeat or their next WebSocket. Open WebSockets stay " +
      "open and get all events.",
    body: activity,
    success: "The caller is offline.",
    errors: {},
  },
  getUserStatus: {
    description: "Gets whether a user is online, and when they were last seen.",
    success: "The status of the user.",
    errors: { not_found: noUser },
  },
  updateUserStatus: {
    description:
      "Sets the caller online, like `heartbeat`, or offline, like `markOffline`. The id must be the " +
      "caller's own.",
    body: { is_online: { description: "True for a heartbeat, false to go offline.", example: true } },
    success: "The status of the caller.",
    errors: { forbidden: "The id is not the caller's own." },
  },
  listTypingUsers: {
    description:
      "Lists the members who have typed in a room in the last 30 seconds. Users whom the caller blocks, " +
      "and users who block the caller, are left out.",
    success: "Up to 100 users, the latest first. Empty in a room that is archived.",
    errors: { forbidden: noReadableRoom },
  },
});

export const presenceSchemas = [
  describeObject(presenceOperations.heartbeat.success.schema, {
    description: "A heartbeat was received.",
    fields: {
      status: { description: "Always `success`.", example: "success" },
      last_activity: { description: "When the caller's last heartbeat was stored.", example: examples.time },
    },
  }),
  describeObject(presenceOperations.listOnlineUsers.success.schema, {
    description: "The users who are online.",
    fields: {
      online_users: { description: "The ids of the users.", example: [examples.ada, examples.grace] },
    },
  }),
  describeObject(presenceOperations.markOffline.success.schema, {
    description: "The caller went offline.",
    fields: { status: { description: "Always `offline`.", example: "offline" } },
  }),
  describeObject(presenceOperations.getUserStatus.success.schema, {
    description: "Whether a user is online.",
    fields: {
      user_id: { description: "The id of the user.", example: examples.grace },
      is_online: {
        description: "Whether the user is online. False if one of the caller and the user blocks the other.",
        example: true,
      },
      last_seen: {
        description:
          "When the user last came online, went offline or sent a heartbeat; null if never. If one of " +
          "the caller and the user blocks the other, it is not later than the block.",
        example: examples.time,
      },
    },
  }),
  describeObject(() => presenceOperations.listTypingUsers.success.schema().element, {
    description: "A user typing in a room.",
    fields: {
      room: { description: "The id of the room.", example: examples.room },
      user: { description: "The user." },
      is_typing: { description: "Always true.", example: true },
      last_seen: { description: "When the user last typed.", example: examples.time },
    },
  }),
];
