import type { messageOperations } from "../../contract/messages.ts";
import { accessReadableRoom } from "../actions/access-room.ts";
import { listMessages, type MessageList, type Place } from "../actions/list-messages.ts";
import { sendMessage } from "../actions/send-message.ts";
import { ApiError } from "../kernel/api-error.ts";
import { type Handlers, Repeated } from "../kernel/http.ts";
import { linkTo } from "../kernel/page.ts";

interface PlaceQuery {
  readonly page: number;
  readonly before?: number | undefined;
  readonly after?: number | undefined;
}

const placeOf = ({ page, before, after }: PlaceQuery): Place => {
  if (before !== undefined && after !== undefined)
    throw new ApiError("invalid_cursor", "Give before or after, not both.");
  if (before !== undefined) return { before };
  return after === undefined ? { page } : { after };
};

/** Links go on in the direction of the list: to older messages, or, with `after`, to newer ones. */
const linksOf = (url: URL, place: Place, { messages, older, newer }: MessageList) => {
  if ("page" in place)
    return {
      next: older ? linkTo(url, { page: place.page + 1 }) : null,
      previous: place.page > 1 ? linkTo(url, { page: place.page - 1 }) : null,
    };
  const toOlder = older && messages[0] ? linkTo(url, { before: messages[0].seq, after: undefined }) : null;
  const last = messages.at(-1);
  const toNewer = newer && last ? linkTo(url, { after: last.seq, before: undefined }) : null;
  return "before" in place ? { next: toOlder, previous: toNewer } : { next: toNewer, previous: toOlder };
};

export const messageHandlers: Handlers<typeof messageOperations> = {
  listMessages: async ({ actor, params, query, url }) => {
    const place = placeOf(query);
    const room = await accessReadableRoom(actor.userId, params.room_id);
    const list = await listMessages(room, actor.userId, place, query.page_size);
    return { count: list.count, ...linksOf(url, place, list), results: list.messages };
  },

  sendMessage: async ({ actor, params, body, headers }) => {
    const clientMessageId = body.client_message_id ?? headers["idempotency-key"];
    const { message, repeated } = await sendMessage(actor, params.room_id, {
      ...body,
      client_message_id: clientMessageId,
    });
    return repeated ? new Repeated(message) : message;
  },
};
