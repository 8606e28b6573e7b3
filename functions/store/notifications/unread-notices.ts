/**
 * Unread notices: one notification covers all unread messages of a room. The membership records the
 * message that notified the member. Another message notifies them once that one is read, or its
 * notification is dismissed.
 *   of one member             ROOM#r / MEMBER#u, `notified_seq`, `dismissed`, `recorded_silently`
 */

import type { Membership } from "../rooms/memberships.ts";
import { isReadBy } from "../rooms/unread.ts";
import { keys } from "../table/keys.ts";
import { updateItem } from "../table/table.ts";

/**
 * Returns whether the message at `seq` must notify a member: it is unread, and no earlier unread
 * message has notified them, unless they dismissed that notification.
 */
export function needsNotice(membership: Membership, seq: number): boolean {
  if (isReadBy(membership, seq)) return false;
  if (membership.notifiedSeq <= membership.readSeq) return true;
  if (membership.isRecordedSilently) return membership.notifiedSeq <= seq;
  return membership.isDismissed ? membership.notifiedSeq < seq : membership.notifiedSeq === seq;
}

/**
 * Records that the message at `seq` notifies a member. Returns true also if an interrupted call has
 * recorded this, and may not have notified them. Returns false if another message notified them, or
 * they have read the message, or left.
 */
export async function claimNotice(membership: Membership, seq: number): Promise<boolean> {
  if (membership.notifiedSeq === seq && !membership.isRecordedSilently) return true;
  const claimable = [
    "attribute_not_exists(notified_seq)",
    "notified_seq <= read_seq",
    "(attribute_exists(dismissed) AND notified_seq < :notified_seq)",
    "(attribute_exists(recorded_silently) AND notified_seq <= :notified_seq)",
  ];
  const { done, item } = await updateItem(keys.membership(membership.roomId, membership.userId), {
    set: { notified_seq: seq },
    remove: ["dismissed", "recorded_silently"],
    condition: ["read_seq < :notified_seq", `(${claimable.join(" OR ")})`],
  });
  return done || item?.notified_seq === seq;
}

/**
 * Records that the message at `seq` notifies a member, in place of what the given membership
 * records. `silently` records it for a rebuild, which does not notify. Returns false if the record
 * changed in between, or they have read the message, or left.
 */
export async function moveNotice(membership: Membership, seq: number, silently: boolean): Promise<boolean> {
  if (membership.notifiedSeq === seq) return true;
  const { done, item } = await updateItem(keys.membership(membership.roomId, membership.userId), {
    set: { notified_seq: seq, recorded_silently: silently || null },
    remove: ["dismissed"],
    ...(membership.notifiedSeq === 0
      ? { condition: ["read_seq < :notified_seq", "attribute_not_exists(notified_seq)"] }
      : {
          condition: ["read_seq < :notified_seq", "notified_seq = :seen"],
          values: { seen: membership.notifiedSeq },
        }),
  });
  return done || item?.notified_seq === seq;
}

/** Removes what the given membership records, unless it changed in between. */
export async function dropNotice(membership: Membership): Promise<void> {
  await updateItem(keys.membership(membership.roomId, membership.userId), {
    remove: ["notified_seq", "dismissed", "recorded_silently"],
    condition: "notified_seq = :seen",
    values: { seen: membership.notifiedSeq },
  });
}

/** Lets the next message notify a member again, if the message at `seq` notified them last. */
export async function dismissNotice(roomId: string, userId: string, seq: number): Promise<void> {
  await updateItem(keys.membership(roomId, userId), {
    set: { dismissed: true },
    condition: "notified_seq = :seq",
    values: { seq },
  });
}

/** Lets the next message notify a member again, if a message up to `seq` notified them last. */
export async function dismissNoticesUpTo(roomId: string, userId: string, seq: number): Promise<void> {
  await updateItem(keys.membership(roomId, userId), {
    set: { dismissed: true },
    condition: "notified_seq <= :seq",
    values: { seq },
  });
}
