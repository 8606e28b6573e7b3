/**
 * Unread stretches: what somebody has not read of a room since they were last told of it. The message by which they were
 * told is noted with the membership, and they are told again once that one is read, or what told them is put away.
 *   of one member             ROOM#r / MEMBER#u, `notified_seq`, `dismissed`, `recorded_silently`
 */

import type { Membership } from "../rooms/memberships.ts";
import { isReadBy } from "../rooms/read-ahead.ts";
import { keys } from "../table/keys.ts";
import { updateItem } from "../table/table.ts";

/**
 * Whether a member is still to be told that the message at `seq` is unread: nothing unread before it has told them that they
 * have not put away.
 */
export function needsNotice(me: Membership, seq: number): boolean {
  if (isReadBy(me, seq)) return false;
  if (me.notifiedSeq <= me.readSeq) return true;
  if (me.isRecordedSilently) return me.notifiedSeq <= seq;
  return me.isDismissed ? me.notifiedSeq < seq : me.notifiedSeq === seq;
}

/**
 * Notes that a member is told by the message at `seq`. True also where that is noted already, by a call that was perhaps
 * cut off before it told them; false where another message told them, or they have read it, or left.
 */
export async function claimNotice(me: Membership, seq: number): Promise<boolean> {
  if (me.notifiedSeq === seq && !me.isRecordedSilently) return true;
  const open = [
    "attribute_not_exists(notified_seq)",
    "notified_seq <= read_seq",
    "(attribute_exists(dismissed) AND notified_seq < :notified_seq)",
    "(attribute_exists(recorded_silently) AND notified_seq <= :notified_seq)",
  ];
  const { done, item } = await updateItem(keys.membership(me.roomId, me.userId), {
    set: { notified_seq: seq },
    remove: ["dismissed", "recorded_silently"],
    condition: ["read_seq < :notified_seq", `(${open.join(" OR ")})`],
  });
  return done || item?.notified_seq === seq;
}

/**
 * Notes that a member is told by the message at `seq`, whatever is noted in the membership as it was read; `silently` where
 * they are not told by it indeed. False where something else has been noted since, or they have read the message, or left.
 */
export async function moveNotice(me: Membership, seq: number, silently: boolean): Promise<boolean> {
  if (me.notifiedSeq === seq) return true;
  const { done, item } = await updateItem(keys.membership(me.roomId, me.userId), {
    set: { notified_seq: seq, recorded_silently: silently || null },
    remove: ["dismissed"],
    ...(me.notifiedSeq === 0
      ? { condition: ["read_seq < :notified_seq", "attribute_not_exists(notified_seq)"] }
      : {
          condition: ["read_seq < :notified_seq", "notified_seq = :seen"],
          values: { seen: me.notifiedSeq },
        }),
  });
  return done || item?.notified_seq === seq;
}

/** Takes back what is noted in a membership as it was read, unless something else has been noted since. */
export async function dropNotice(me: Membership): Promise<void> {
  await updateItem(keys.membership(me.roomId, me.userId), {
    remove: ["notified_seq", "dismissed", "recorded_silently"],
    condition: "notified_seq = :seen",
    values: { seen: me.notifiedSeq },
  });
}

/** Has the next message tell a member again, where it is the one at `seq` that told them last. */
export async function dismissNotice(roomId: string, userId: string, seq: number): Promise<void> {
  await updateItem(keys.membership(roomId, userId), {
    set: { dismissed: true },
    condition: "notified_seq = :seq",
    values: { seq },
  });
}

/** The same, where it is any one up to that at `seq`: all that told them is put away. */
export async function dismissNoticesUpTo(roomId: string, userId: string, seq: number): Promise<void> {
  await updateItem(keys.membership(roomId, userId), {
    set: { dismissed: true },
    condition: "notified_seq <= :seq",
    values: { seq },
  });
}
