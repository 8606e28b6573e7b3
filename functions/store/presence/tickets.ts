/**
 * Tickets: each opens one WebSocket, once, within a minute.
 *   one by its secret         TICKET#<digest> / TICKET
 */
import { digest } from "../../kernel/runtime/ids.ts";
import { epochSeconds } from "../../kernel/runtime/time.ts";
import { keys } from "../table/keys.ts";
import { putItem, takeItem } from "../table/table.ts";

/** Seconds for which a ticket can be used. */
export const ticketSeconds = 60;

interface Ticket {
  readonly userId: string;
  /**
   * Seconds since 1970: the expiry of the token that asked for the ticket, and so of the
   * connection.
   */
  readonly tokenExpiresAt: number;
}

export function putTicket(secret: string, ticket: Ticket): Promise<void> {
  return putItem({
    ...keys.ticket(digest(secret)),
    user_id: ticket.userId,
    token_expires_at: ticket.tokenExpiresAt,
    expires_at: epochSeconds() + ticketSeconds,
  });
}

/** Uses a ticket up. Returns undefined if there is none, it was used, or it has expired. */
export async function takeTicket(secret: string): Promise<Ticket | undefined> {
  const item = await takeItem(keys.ticket(digest(secret)));
  if (!item || Number(item.expires_at) <= epochSeconds()) return undefined;
  return { userId: String(item.user_id), tokenExpiresAt: Number(item.token_expires_at) };
}
