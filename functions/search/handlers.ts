import type { searchOperations } from "../../contract/search.ts";
import { type Handlers, Linked } from "../kernel/http/http.ts";
import { linkTo } from "../kernel/http/page.ts";
import { searchMessages, searchRoomMessages } from "./search.ts";

function nextOf(url: URL, cursor: string | undefined): string | null {
  return cursor === undefined ? null : linkTo(url, { cursor });
}

export const searchHandlers: Handlers<typeof searchOperations> = {
  searchMessages: async ({ actor, query, url }) => {
    const { room, ...search } = query;
    const { messages, cursor } =
      room === undefined
        ? await searchMessages(actor.userId, search)
        : await searchRoomMessages(actor.userId, room, search);
    return new Linked(messages, nextOf(url, cursor));
  },

  searchRoomMessages: async ({ actor, params, query, url }) => {
    const { messages, count, cursor } = await searchRoomMessages(actor.userId, params.room_id, query);
    return { count, next: nextOf(url, cursor), previous: null, results: messages };
  },
};
