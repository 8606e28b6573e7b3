import { cleanList, type DeliveryOutcome, type DeliveryPayload, deliverTo } from "../delivery/deliver.ts";
import { renderMessage } from "../messages/events.ts";
import { getMessageParts } from "../messages/view.ts";
import { renderRoom } from "../rooms/events.ts";
import { getMessage } from "../store/messages/messages.ts";
import type { Connection, Presence } from "../store/presence/presence.ts";
import type { Page } from "../store/queues/delivery-pages.ts";
import { getHead, isThere } from "../store/rooms/heads.ts";
import { getRoster } from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";

/**
 * Returns what a page delivers, made from the present state. Returns undefined if that no longer
 * exists: the page then delivers nothing.
 */
async function payloadOf({
  room_id: roomId,
  event,
  view,
  ends,
  viewers_of,
}: Page): Promise<DeliveryPayload | undefined> {
  const limits = { ...(ends && { ends }), ...(viewers_of !== undefined && { viewers_of }) };
  if (event) return { ...limits, event };
  const head = await getHead(roomId, "consistent");
  if (!view || !isThere(head)) return undefined;
  if (view.type !== "message_updated") return { ...limits, view, render: renderRoom(view.type, head) };
  const stored = await getMessage(roomId, view.seq);
  return (
    stored && {
      ...limits,
      view,
      render: renderMessage(stored, (userIds) => getMessageParts(head, [stored], userIds)),
    }
  );
}

/**
 * Returns the recipients who are still in the room. Members may have left between the writing of a
 * page and its delivery.
 */
async function withoutFormerMembers(
  { room_id: roomId, still_in }: Page,
  presences: Presence[],
): Promise<Presence[]> {
  if (!still_in) return presences;
  if (still_in.by === "list") return presences.filter((presence) => presence.largeRooms.has(roomId));
  const members = new Set((await getRoster(roomId, still_in.chunks)).map((member) => member.userId));
  return presences.filter((presence) => members.has(presence.userId));
}

/**
 * Delivers a page to the present connections of its recipients. Leaves out connections that
 * `except` names, and those for which there is no time. Throws if it cannot read what it needs.
 */
export async function deliverPage(
  page: Page,
  except: (connection: Connection) => boolean,
  timeLeft: () => number,
): Promise<DeliveryOutcome> {
  const senderId = page.event?.type === "message" ? page.event.message.sender.id : undefined;
  const [payload, { people }] = await Promise.all([
    payloadOf(page),
    batchGet({ presences: [...page.user_ids, ...(senderId === undefined ? [] : [senderId])] }),
  ]);
  const presences = page.user_ids.flatMap((userId) => people.presences.get(userId) ?? []);
  if (page.still_in?.by === "list") await cleanList(page.room_id, presences);
  const present = await withoutFormerMembers(
    page,
    presences.filter((presence) => presence.connections.length > 0),
  );
  if (!payload) return { tried: [], failed: [], untried: [] };
  const sender = senderId === undefined ? undefined : people.presences.get(senderId);
  return deliverTo(page.room_id, present, "event" in payload ? { ...payload, sender } : payload, {
    stillIn: page.still_in,
    except,
    timeLeft,
  });
}
