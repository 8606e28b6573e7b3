import * as z from "zod";
import { deferred } from "./deferred.ts";
import { messagePage } from "./messages.ts";
import { message, messageType } from "./objects/message.ts";
import { wholeNumberFrom } from "./objects/page.ts";
import { id, instant, text } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";
import { roomParams } from "./rooms.ts";

/** The most messages of one answer. */
export const maxFound = 50;

/** A time, or a day in UTC, which stands for the given time of that day. */
function boundary(timeOfDay: string) {
  return z.union([instant(), z.iso.date().transform((day) => `${day}T${timeOfDay}Z`)], {
    error:
      "must be a time such as 2026-01-31T09:30:00Z, or a day such as 2026-01-31, of a year from 0000 to " +
      "9999 in UTC",
  });
}

const roomSearch = deferred(() =>
  z
    .object({
      q: text(1, 100),
      sender: id().optional(),
      from: boundary("00:00:00.000").optional(),
      to: boundary("23:59:59.999").optional(),
      message_type: messageType().optional(),
      page_size: wholeNumberFrom("page_size", 1, maxFound).default(maxFound),
      /** From the link of an earlier answer. */
      cursor: z.string().min(1).max(4000).optional(),
    })
    // Both are in UTC and of the same length, so the order of the texts is that of the times.
    .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
      path: ["to"],
      error: "must not be before `from`",
    }),
);
export type MessageSearch = z.output<ReturnType<typeof roomSearch>>;

export const searchOperations = {
  searchMessages: defineOperation({
    id: "searchMessages",
    area: "search",
    method: "GET",
    path: "/api/chat/search/messages",
    summary: "Search messages in all of the caller's rooms",
    auth: "user",
    query: deferred(() => roomSearch().safeExtend({ room: id().optional() })),
    success: { status: 200, schema: deferred(() => z.array(message())) },
    linksNext: true,
    errors: ["forbidden", "invalid_cursor"],
  }),
  searchRoomMessages: defineOperation({
    id: "searchRoomMessages",
    area: "search",
    method: "GET",
    path: "/api/chat/rooms/{room_id}/messages/search",
    summary: "Search messages in a room",
    auth: "user",
    params: roomParams,
    query: roomSearch,
    success: { status: 200, schema: messagePage },
    errors: ["forbidden", "invalid_cursor"],
  }),
};
