import type { OperationId } from "../operations.ts";
import { attachmentDescriptions } from "./attachments.ts";
import { authDescriptions, authSchemas } from "./auth.ts";
import { avatarDescriptions } from "./avatars.ts";
import { contactDescriptions, contactSchemas } from "./contacts.ts";
import type { OperationDescription, SchemaDescription } from "./describe.ts";
import { messageChangeDescriptions, messageChangeSchemas } from "./message-changes.ts";
import { messageDescriptions, messageSchemas } from "./messages.ts";
import { notificationDescriptions, notificationSchemas } from "./notifications.ts";
import { attachmentObjects } from "./objects/attachment.ts";
import { messageObjects } from "./objects/message.ts";
import { notificationObjects } from "./objects/notification.ts";
import { problemObjects } from "./objects/problem.ts";
import { roomObjects } from "./objects/room.ts";
import { userObjects } from "./objects/user.ts";
import { valueObjects } from "./objects/values.ts";
import { participantDescriptions, participantSchemas } from "./participants.ts";
import { presenceDescriptions, presenceSchemas } from "./presence.ts";
import { pushDescriptions, pushSchemas } from "./push.ts";
import { messageReadStateDescriptions, readStateSchemas, roomReadStateDescriptions } from "./read-state.ts";
import { reportDescriptions, reportSchemas } from "./reports.ts";
import { roomDescriptions, roomSchemas } from "./rooms.ts";
import { searchDescriptions } from "./search.ts";
import { sessionDescriptions, sessionSchemas } from "./sessions.ts";
import { userDescriptions, userSchemas } from "./users.ts";

/** The description of every operation, by its id. */
export const operationDescriptions: Readonly<Record<OperationId, OperationDescription>> = {
  ...authDescriptions,
  ...roomDescriptions,
  ...participantDescriptions,
  ...messageDescriptions,
  ...messageChangeDescriptions,
  ...roomReadStateDescriptions,
  ...messageReadStateDescriptions,
  ...avatarDescriptions,
  ...attachmentDescriptions,
  ...searchDescriptions,
  ...userDescriptions,
  ...contactDescriptions,
  ...reportDescriptions,
  ...notificationDescriptions,
  ...pushDescriptions,
  ...presenceDescriptions,
  ...sessionDescriptions,
};

/** The description of every schema that has a name. */
export const schemaDescriptions: readonly SchemaDescription[] = [
  ...valueObjects,
  ...userObjects,
  ...roomObjects,
  ...messageObjects,
  ...attachmentObjects,
  ...notificationObjects,
  ...problemObjects,
  ...authSchemas,
  ...roomSchemas,
  ...participantSchemas,
  ...messageSchemas,
  ...messageChangeSchemas,
  ...readStateSchemas,
  ...userSchemas,
  ...contactSchemas,
  ...reportSchemas,
  ...notificationSchemas,
  ...pushSchemas,
  ...presenceSchemas,
  ...sessionSchemas,
];
