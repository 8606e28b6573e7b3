/**
 * Reports: messages and users that users have reported to the administrators.
 *   one                       REPORT#id / REPORT
 *   of a status, by time      gsi1: REPORTS#status / created_at # id
 */
import type { MessageType } from "../../../contract/objects/message.ts";
import type { ReportAction, ReportStatus } from "../../../contract/reports.ts";
import { type FileFacts, factsFromItem, factsToItem } from "../attachments/files.ts";
import { indexKeys, keys } from "../table/keys.ts";
import { getItem, getItems, type Item, putIfAbsent, queryAll, updateItem } from "../table/table.ts";

/** A message as it was when it was reported. */
export interface ReportedMessage {
  readonly room: string;
  readonly seq: number;
  readonly content: string;
  readonly type: MessageType;
  /** RFC 3339. */
  readonly at: string;
  readonly attachment: FileFacts | null;
}

export interface NewReport {
  readonly id: string;
  readonly reporterId: string;
  /** The sender of the message, or the reported user. */
  readonly reportedId: string;
  readonly message: ReportedMessage | undefined;
  readonly reason: string;
  /** RFC 3339. */
  readonly createdAt: string;
}

export interface StoredReport extends NewReport {
  readonly status: ReportStatus;
  /** Undefined while it is open. */
  readonly closing: Closing | undefined;
}

export interface Closing {
  readonly by: string;
  readonly action: ReportAction;
  readonly note: string | null;
  /** RFC 3339. */
  readonly at: string;
}

function messageToItem({ attachment, ...message }: ReportedMessage) {
  return {
    ...message,
    ...(attachment && { attachment: factsToItem(attachment) }),
  };
}

// Each `as` is safe: only messageToItem writes these values.
function messageFromItem(message: unknown): ReportedMessage | undefined {
  if (message === undefined) return undefined;
  const { attachment, ...facts } = message as Omit<ReportedMessage, "attachment"> & { attachment?: Item };
  return { ...facts, attachment: attachment ? factsFromItem(attachment) : null };
}

function toItem(report: NewReport) {
  return {
    ...keys.report(report.id),
    ...indexKeys.report("open" satisfies ReportStatus, report.createdAt, report.id),
    id: report.id,
    reporter: report.reporterId,
    reported: report.reportedId,
    reason: report.reason,
    created_at: report.createdAt,
    ...(report.message && { message: messageToItem(report.message) }),
  };
}

// The `as` is safe: only this module writes the attributes.
function fromItem(item: Item): StoredReport {
  return {
    id: String(item.id),
    reporterId: String(item.reporter),
    reportedId: String(item.reported),
    message: messageFromItem(item.message),
    reason: String(item.reason),
    createdAt: String(item.created_at),
    status: item.closing === undefined ? "open" : "closed",
    closing: item.closing as Closing | undefined,
  };
}

export async function getReport(reportId: string): Promise<StoredReport | undefined> {
  const item = await getItem(keys.report(reportId), "consistent");
  return item && fromItem(item);
}

/** Puts a report if none has its id. Returns the stored one. */
export async function putReport(report: NewReport): Promise<{ report: StoredReport; isNew: boolean }> {
  const item = toItem(report);
  const outcome = await putIfAbsent(item);
  const stored = fromItem(outcome.done ? item : (outcome.item ?? item));
  // The SDK repeats a call if its answer was lost. Then the stored report is this one.
  return { report: stored, isNew: stored.createdAt === report.createdAt };
}

const isOpen = "attribute_exists(pk) AND attribute_not_exists(closing)";

/**
 * Records on an open report that an administrator is about to remove its message. Returns the
 * report after that, also if it was closed before; undefined if there is none.
 */
export async function recordRemoval(reportId: string): Promise<StoredReport | undefined> {
  const outcome = await updateItem(keys.report(reportId), {
    set: { removing: true },
    condition: isOpen,
    returns: "ALL_NEW",
  });
  return outcome.item && fromItem(outcome.item);
}

/**
 * Closes an open report and returns it after that. If another administrator closed it before, it is
 * as they closed it. It stays open if its message is being removed and this is another action.
 */
export async function closeReport(report: StoredReport, closing: Closing): Promise<StoredReport | undefined> {
  const { gsi1pk } = indexKeys.report("closed" satisfies ReportStatus, report.createdAt, report.id);
  const outcome = await updateItem(keys.report(report.id), {
    set: { closing: { ...closing }, gsi1pk },
    remove: ["removing"],
    condition: closing.action === "remove_message" ? isOpen : `${isOpen} AND attribute_not_exists(removing)`,
    returns: "ALL_NEW",
  });
  return outcome.item && fromItem(outcome.item);
}

/**
 * Returns reports of a status, the newest first: their number up to a limit, and the reports from
 * `start` to `end`. A report is undefined if its status has changed, since the index follows a
 * moment later.
 */
export async function listReports(
  status: ReportStatus,
  limit: number,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<{ count: number; reports: (StoredReport | undefined)[] }> {
  const listed = await queryAll(
    {
      IndexName: "gsi1",
      KeyConditionExpression: "gsi1pk = :status",
      ExpressionAttributeValues: { ":status": indexKeys.reportsOf(status) },
      ScanIndexForward: false,
    },
    limit,
  );
  const ids = listed
    .slice(start, end)
    .map(({ gsi1sk }) => String(gsi1sk).slice(String(gsi1sk).indexOf("#") + 1));
  const reports = (await getItems(ids.map((id) => keys.report(id)))).map(fromItem);
  const byId = new Map(
    reports.filter((report) => report.status === status).map((report) => [report.id, report]),
  );
  return { count: listed.length, reports: ids.map((id) => byId.get(id)) };
}
