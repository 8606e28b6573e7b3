import { ask } from "../../support/ask.ts";
import type { TestUser } from "../../support/people.ts";
import { type HeldRoom, takeChanged, takeListed, takeMarks } from "./held-room.ts";
import { marksOfPage } from "./marks.ts";

/** Small, so that there are further pages. */
const pageSize = 10;

type Query = Record<string, number>;

/** Returns a page of a room's history; undefined if the user is no longer in the room. */
async function getPage(user: TestUser, room: HeldRoom, query: Query) {
  const params = { room_id: room.facts.id };
  const { status, body } = await ask("listMessages", { token: user.token, params, query });
  if (status !== 200) return undefined;
  const marks = new Map(body.marks.map((one) => [one.user_id, marksOfPage(one)]));
  // A user may read a public room after leaving it.
  if (!marks.has(user.id)) return undefined;
  takeMarks(room, marks);
  return body;
}

/**
 * Takes new messages, with the marks of all members. Returns false if the user is no longer in the
 * room.
 */
export async function fetchNew(user: TestUser, room: HeldRoom): Promise<boolean> {
  for (;;) {
    const page = await getPage(user, room, { after: room.held, page_size: pageSize });
    if (!page) return false;
    // The first page says which changes all pages have: they are read after it.
    if (!room.isLoaded) room.rev = page.rev;
    room.isLoaded = true;
    for (const message of page.results) takeListed(room, message);
    if (page.next === null) return true;
  }
}

/**
 * Takes the changes that the client has heard of, except those in flight. Returns false if the user
 * is no longer in the room.
 */
export async function fetchChanged(user: TestUser, room: HeldRoom): Promise<boolean> {
  while (room.rev < room.knownRev) {
    const page = await getPage(user, room, { changed_since: room.rev, page_size: pageSize });
    if (!page) return false;
    for (const message of page.results) takeChanged(room, message);
    room.rev = Math.max(room.rev, page.rev);
    if (page.next === null) break;
  }
  return true;
}

/**
 * Asks once more for the numbers that had no message. Returns false if the user is no longer in the
 * room.
 */
export async function fetchMissing(user: TestUser, room: HeldRoom): Promise<boolean> {
  for (const seq of [...room.missing]) {
    const page = await getPage(user, room, { after: seq - 1, page_size: 1 });
    if (!page) return false;
    for (const message of page.results) if (message.seq === seq) takeChanged(room, message);
    room.missing.delete(seq);
  }
  return fetchNew(user, room);
}
