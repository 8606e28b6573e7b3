import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError, invalidInput } from "../kernel/http/api-error.ts";
import { reportId } from "../kernel/runtime/ids.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { accessPresent, accessVisibleMessage } from "../messages/access.ts";
import { accessMemberRoom } from "../rooms/access.ts";
import { type NewReport, putReport, type StoredReport } from "../store/reports/reports.ts";
import { getProfile } from "../store/users/profiles.ts";
import { ensureProfile } from "../users/profiles.ts";

/** A report; `isNew` is false if it existed before. */
export interface Reported {
  readonly report: StoredReport;
  readonly isNew: boolean;
}

/**
 * Reports a message, with its present content, of a room of which the caller is a member. Each
 * member has one report for each version of a message. Throws `forbidden`, `not_found`,
 * `invalid_input` for the caller's own message, or `conflict` for a deleted one.
 */
export async function reportMessage(
  actor: Actor,
  roomId: string,
  messageId: string,
  reason: string,
): Promise<Reported> {
  const room = await accessMemberRoom(actor.userId, roomId);
  const message = await accessVisibleMessage(room, messageId);
  if (message.senderId === actor.userId)
    throw invalidInput([{ path: "message_id", message: "This message is your own: delete it instead" }]);
  accessPresent(message);
  return putReport({
    id: reportId(actor.userId, messageId, message.edits),
    reporterId: actor.userId,
    reportedId: message.senderId,
    message: {
      room: message.roomId,
      seq: message.seq,
      content: message.content,
      type: message.type,
      at: message.at,
      attachment: message.attachment,
    },
    reason,
    createdAt: isoNow(),
  });
}

/**
 * The number of closed reports of one user by one reporter that are followed by a new one. Later
 * reports return the last.
 */
const closedLimit = 20;

/**
 * Reports a user. A reporter has one open report of a user; once it is closed they may make
 * another. Throws `not_found`, or `invalid_input` for the caller.
 */
export async function reportUser(actor: Actor, userId: string, reason: string): Promise<Reported> {
  if (userId === actor.userId)
    throw invalidInput([{ path: "user_id", message: "This is you: report another user" }]);
  const [reported] = await Promise.all([getProfile(userId), ensureProfile(actor)]);
  if (!reported) throw new ApiError("not_found", "User not found");
  const report: Omit<NewReport, "id"> = {
    reporterId: actor.userId,
    reportedId: userId,
    message: undefined,
    reason,
    createdAt: isoNow(),
  };
  for (let earlier = 0; ; earlier += 1) {
    const made = await putReport({ ...report, id: reportId(actor.userId, userId, earlier) });
    if (made.report.status === "open" || earlier === closedLimit) return made;
  }
}
