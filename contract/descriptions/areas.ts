import type { Area } from "../operation.ts";

/** The subject of each area of the API. */
export const areaDescriptions: Readonly<Record<Area, string>> = {
  auth: "Accounts, sessions, the caller's own profile, and tickets for the WebSocket.",
  rooms: "Rooms, their members, their settings, and what the caller has read in them.",
  messages: "Messages: sending, reading, editing, reactions, pins, threads and read marks.",
  attachments: "Uploads of files and of profile pictures.",
  search: "Search in messages.",
  users: "Users, contacts, blocks, and reports to the administrators.",
  notifications: "Notifications, and push subscriptions of browsers.",
  presence: "Online users, typing users, and the caller's open connections.",
};

/** Rules that hold for all operations. */
export const conventions = [
  "The HTTP API of Parley, a chat backend. The WebSocket API is described in docs/protocol.md.",
  [
    "- Every path is answered with and without a last slash.",
    "- Bodies are JSON, in UTF-8, up to 256 KB. An empty body counts as `{}`.",
    "- Fields that an operation does not know are ignored.",
    "- In answers, a field without a value is null and never absent.",
    "- Clients ignore fields that they do not know: more may come.",
    "- Ids are opaque texts. Times are RFC 3339, in UTC and with milliseconds.",
    "- Lengths of texts are in Unicode characters.",
    "- Errors of the service are `application/problem+json` (RFC 9457), with a `code` for programs.",
    '- Errors of API Gateway are `application/json`: `{"message":"..."}`.',
    "- Lists are paged: clients follow `next` until it is null.",
  ].join("\n"),
].join("\n\n");
