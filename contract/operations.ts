import { attachmentOperations } from "./attachments.ts";
import { authOperations } from "./auth.ts";
import { avatarOperations } from "./avatars.ts";
import { contactOperations } from "./contacts.ts";
import { messageChangeOperations } from "./message-changes.ts";
import { messageOperations } from "./messages.ts";
import { notificationOperations } from "./notifications.ts";
import type { Operation } from "./operation.ts";
import { participantOperations } from "./participants.ts";
import { presenceOperations } from "./presence.ts";
import { pushOperations } from "./push.ts";
import { messageReadStateOperations, roomReadStateOperations } from "./read-state.ts";
import { reportOperations } from "./reports.ts";
import { roomOperations } from "./rooms.ts";
import { searchOperations } from "./search.ts";
import { sessionOperations } from "./sessions.ts";
import { userOperations } from "./users.ts";

/** Every operation of the HTTP API, by its id. Each function imports only those of its own area. */
export const operations = {
  ...authOperations,
  ...roomOperations,
  ...participantOperations,
  ...messageOperations,
  ...messageChangeOperations,
  ...roomReadStateOperations,
  ...messageReadStateOperations,
  ...avatarOperations,
  ...attachmentOperations,
  ...searchOperations,
  ...userOperations,
  ...contactOperations,
  ...reportOperations,
  ...notificationOperations,
  ...pushOperations,
  ...presenceOperations,
  ...sessionOperations,
} satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;
