import * as z from "zod";
import { deferred } from "./deferred.ts";
import { messagePage } from "./messages.ts";
import { message, messageType } from "./objects/message.ts";
import { wholeNumberFrom } from "./objects/page.ts";
import { id, instant, text } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";
import { roomParams } from "./rooms.ts";

/** Messages of one answer. */
export const maxFound = 50;

/** A time, or a day of UTC: its beginning or its end. */
const boundary = (timeOfDay: string) =>
  z.union([instant(), z.iso.date().transform((day) => `${day}T${timeOfDay}Z`)], {
    error:
      "must be a time such as 2026-01-31T09:30:00Z, or a day such as 2026-01-31, of a year from 0000 to 9999 in UTC",
  });

const roomSearch = deferred(() =>
  z
    .object({
      q: text(1, 100),
      sender: id().optional(),
      from: boundary("00:00:00.000").optional(),
      to: boundary("23:59:59.999").optional(),
      message_type: messageType().optional(),
      page_size: wholeNumberFrom("page_size", 1, maxFound).default(maxFound),
      /** From the link of an answer before. */
      cursor: z.string().min(1).max(4000).optional(),
    })
    // Times of one zone and one form: as texts they are in their order.
    .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
      path: ["to"],
      error: "must not be before `from`",
    }),
);
export type MessageSearch = z.output<ReturnType<typeof roomSearch>>;

/** What both searches do, said once. */
const howItFinds =
  "Every word of `q` must stand in the message or in the name of its file, without regard to case and accents; the last word may be the beginning of one, and words in quotes must follow each other. `from` and `to` are times or days of UTC, both included. Messages are found a moment after they were sent; of a long one, the first hundred words. Encrypted messages are not found. The commonest words of some languages, such as `the`, `is`, `und` and `les`, find nothing by themselves: they are compared with what the other words find, a `q` of several of them and nothing else is refused, and one alone is taken for the beginning of a longer word. Where `q` is the beginning of many words and nothing else, the words that come first in the alphabet are looked for first, and further ones where the answers go on.";

export const searchOperations = {
  searchMessages: defineOperation({
    id: "searchMessages",
    area: "search",
    method: "GET",
    path: "/api/chat/search/messages",
    summary: "Find messages in all of one's rooms, the newest first",
    description: `${howItFinds} The 200 most recently active rooms are searched first, then the others, 200 at a time. Where there may be more, a \`Link\` header with \`rel="next"\` leads there, also from an answer that is not full, or empty. With \`room\`, that room alone is searched.`,
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
    summary: "Find messages of a room, the newest first",
    description: `${howItFinds} \`count\` is how many have been found so far, those of the answers before this one too: where \`next\` is null, all there are. An answer may be short, or empty, and still have a \`next\`; \`previous\` is always null.`,
    auth: "user",
    params: roomParams,
    query: roomSearch,
    success: { status: 200, schema: messagePage },
    errors: ["forbidden", "invalid_cursor"],
  }),
};
