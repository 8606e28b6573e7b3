import type * as z from "zod";
import { defaultPageSize, maxPageSize } from "../objects/page.ts";
import type { operations } from "../operations.ts";
import type { Field, FieldsOf } from "./describe.ts";
import * as examples from "./examples.ts";

type Operations = typeof operations;

type PathParameter = {
  [Id in keyof Operations]: Operations[Id] extends { readonly params: () => infer S extends z.ZodObject }
    ? keyof z.output<S>
    : never;
}[keyof Operations];

/** Parameters of paths. Each has the same meaning wherever it stands. */
export const pathParameters: Readonly<Record<PathParameter, Field>> = {
  room_id: { description: "The id of the room, up to 128 characters.", example: examples.room },
  message_id: {
    description: "The id of the message, up to 128 characters. It begins with the id of its room.",
    example: examples.message,
  },
  user_id: { description: "The id of the user, up to 128 characters.", example: examples.grace },
  contact_id: {
    description: "The id of the contact, or of the blocked user; up to 128 characters.",
    example: examples.grace,
  },
  notification_id: {
    description: "The id of the notification, up to 128 characters.",
    example: examples.notification,
  },
  subscription_id: {
    description: "The id of the push subscription, up to 128 characters.",
    example: examples.subscription,
  },
  report_id: { description: "The id of the report, up to 128 characters.", example: examples.report },
  file_id: {
    description: "The id of the upload, up to 128 characters: the `file_id` of the answer that began it.",
    example: examples.file,
  },
  avatar_id: {
    description: "The id of the picture, up to 128 characters. It ends the URL in `profile_picture`.",
    example: examples.avatar,
  },
  kind: { description: "The kind of the file.", example: "image" },
};

/** The headers that operations read. */
export const headers: Readonly<Record<"idempotency-key", Field>> = {
  "idempotency-key": {
    description:
      "Makes the request safe to repeat: a request with the same key is carried out once. 1 to 64 " +
      "printable ASCII characters without spaces. Choose a new one for each thing to create. Optional.",
    example: examples.clientMessage,
  },
};

/** The query parameters of every list. */
export const paging: FieldsOf<{ page: number; page_size: number; skip: number }> = {
  page: {
    description: "The number of the page, from 1. A page after the last one is empty.",
    example: 2,
  },
  page_size: {
    description: `How many entries a page has, 1 to ${maxPageSize}. Default: ${defaultPageSize}.`,
    example: 20,
  },
  skip: {
    description:
      "How many entries to leave out before page 1. Clients need not set it. `next` sets it if an answer " +
      "ended early, because its entries had more than about 4.5 MB.",
    example: 0,
  },
};
