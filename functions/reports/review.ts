import { type Report, type ReportAction, type ReportStatus, reportLimit } from "../../contract/reports.ts";
import { presentAttachment, presentFacts } from "../attachments/present.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import type { Slice } from "../kernel/http/page.ts";
import { messageId } from "../kernel/runtime/ids.ts";
import { isoNow, isPast } from "../kernel/runtime/time.ts";
import { removeMessage } from "../messages/delete.ts";
import { isDeletedOrExpired } from "../messages/present.ts";
import { getMessage, getMessagesAt, type StoredMessage } from "../store/messages/messages.ts";
import {
  type Closing,
  closeReport,
  getReport,
  listReports as listStored,
  type ReportedMessage,
  recordRemoval,
  type StoredReport,
} from "../store/reports/reports.ts";
import { getHead, isThere } from "../store/rooms/heads.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { type People, personOf } from "../store/users/users.ts";
import { accessAdministrator } from "../users/access.ts";
import { withSeenEmail } from "../users/email-visibility.ts";
import { presentUser } from "../users/present.ts";

/** Returns the ids of the users whom a report shows. */
function usersOf({ reporterId, reportedId, closing }: StoredReport): string[] {
  return [reporterId, reportedId, ...(closing ? [closing.by] : [])];
}

/**
 * Returns the URL of the file that was reported with a message, or null if the message no longer
 * has the file.
 */
function urlOf({ attachment }: ReportedMessage, message: StoredMessage | undefined): string | null {
  return attachment && message && !isDeletedOrExpired(message) && message.attachment?.id === attachment.id
    ? presentAttachment(message, attachment).url
    : null;
}

function presentMessage(
  reported: ReportedMessage,
  message: StoredMessage | undefined,
): NonNullable<Report["message"]> {
  return {
    id: messageId(reported.room, reported.seq),
    room: reported.room,
    content: reported.content,
    message_type: reported.type,
    timestamp: reported.at,
    attachment: reported.attachment && {
      ...presentFacts(reported.attachment),
      url: urlOf(reported, message),
    },
  };
}

/** The items from which reports are presented to a viewer. */
interface Parts {
  readonly viewerId: string;
  readonly people: People;
  /** The users whose e-mail addresses the viewer sees. */
  readonly seen: ReadonlySet<string>;
  /** The reported messages with a file, by id. */
  readonly messages: ReadonlyMap<string, StoredMessage>;
}

function present(report: StoredReport, { viewerId, people, seen, messages }: Parts): Report {
  const user = (userId: string) => presentUser(personOf(people, userId, viewerId), seen.has(userId));
  const { closing, message } = report;
  return {
    id: report.id,
    status: report.status,
    reason: report.reason,
    reporter: user(report.reporterId),
    reported_user: user(report.reportedId),
    message: message ? presentMessage(message, messages.get(messageId(message.room, message.seq))) : null,
    action: closing?.action ?? null,
    note: closing?.note ?? null,
    closed_by: closing ? user(closing.by) : null,
    created_at: report.createdAt,
    closed_at: closing?.at ?? null,
  };
}

async function view(viewerId: string, reports: readonly StoredReport[]): Promise<Report[]> {
  const userIds = reports.flatMap(usersOf);
  const withFile = reports.flatMap(({ message }) =>
    message?.attachment ? [{ roomId: message.room, seq: message.seq }] : [],
  );
  const [{ people }, seen, found] = await Promise.all([
    batchGet({ profiles: userIds, presences: [...userIds, viewerId] }),
    withSeenEmail(viewerId, userIds),
    getMessagesAt(withFile),
  ]);
  const messages = new Map(found.map((message) => [messageId(message.roomId, message.seq), message]));
  return reports.map((report) => present(report, { viewerId, people, seen, messages }));
}

/**
 * Returns a page of the reports of a status, the newest first, and the number of all. An entry is
 * undefined if its report has another status by now: the index follows a moment later. Throws
 * `forbidden`.
 */
export async function viewReports(
  actor: Actor,
  status: ReportStatus,
  page: Slice,
): Promise<{ count: number; reports: (Report | undefined)[] }> {
  accessAdministrator(actor);
  const { count, reports } = await listStored(status, reportLimit, {
    start: page.start,
    end: page.start + page.size,
  });
  const shown = await view(
    actor.userId,
    reports.filter((report) => report !== undefined),
  );
  const byId = new Map(shown.map((report) => [report.id, report]));
  return { count, reports: reports.map((report) => report && byId.get(report.id)) };
}

/** Deletes a reported message for good, if it still exists. */
async function removeReported(actor: Actor, { room, seq }: ReportedMessage): Promise<void> {
  const [head, message] = await Promise.all([getHead(room, "consistent"), getMessage(room, seq)]);
  if (!isThere(head) || seq <= head.floor) return;
  if (message && !isPast(message.expiresAt))
    await removeMessage(head, message, { kind: "remove", by: actor.userId, payer: undefined });
}

/**
 * Closes an open report, and returns it as it is then. To remove a message it first records the
 * removal, so that no administrator can dismiss the report meanwhile, then removes the message,
 * then closes the report. If interrupted: the report stays open. Repaired by: the administrator's
 * repeated call.
 */
async function close(
  actor: Actor,
  report: StoredReport,
  closing: Omit<Closing, "at">,
): Promise<StoredReport | undefined> {
  if (closing.action === "remove_message" && report.message) {
    const recorded = await recordRemoval(report.id);
    if (recorded?.status !== "open") return recorded;
    await removeReported(actor, report.message);
  }
  return closeReport(report, { ...closing, at: isoNow() });
}

/**
 * Closes a report. Throws `forbidden`, `not_found`, or `conflict` if it was closed, or is being
 * closed, by another action.
 */
export async function updateReport(
  actor: Actor,
  reportId: string,
  { action, note }: { readonly action: ReportAction; readonly note: string | null },
): Promise<Report> {
  accessAdministrator(actor);
  const report = await getReport(reportId);
  if (!report) throw new ApiError("not_found", "There is no report with this id: check the id.");
  if (action === "remove_message" && !report.message)
    throw new ApiError("conflict", "This report is about a user: there is no message to remove.");
  const closing = { by: actor.userId, action, note };
  const closed = report.status === "open" ? await close(actor, report, closing) : report;
  if (!closed?.closing)
    throw new ApiError("conflict", "The message is being removed: `remove_message` closes the report.");
  if (closed.closing.action !== action)
    throw new ApiError("conflict", "The report is closed already, in another way.");
  const [shown] = await view(actor.userId, [closed]);
  if (!shown) throw new Error("One report was to be shown.");
  return shown;
}
