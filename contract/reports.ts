import * as z from "zod";
import { deferred } from "./deferred.ts";
import { reportedAttachment } from "./objects/attachment.ts";
import { messageType } from "./objects/message.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { user } from "./objects/user.ts";
import { id, text, timestamp } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";
import { userParams } from "./users.ts";

const reportStatus = deferred(() => z.enum(["open", "closed"]).meta({ id: "ReportStatus" }));
export type ReportStatus = z.output<ReturnType<typeof reportStatus>>;

const reportAction = deferred(() => z.enum(["dismiss", "remove_message"]).meta({ id: "ReportAction" }));
export type ReportAction = z.output<ReturnType<typeof reportAction>>;

/** A report as its reporter sees it. */
const reportReceipt = deferred(() =>
  z
    .object({ id: z.string(), status: reportStatus(), reason: z.string(), created_at: timestamp() })
    .meta({ id: "ReportReceipt" }),
);

/** A report as administrators see it. */
const report = deferred(() =>
  z
    .object({
      id: z.string(),
      status: reportStatus(),
      reason: z.string(),
      reporter: user(),
      reported_user: user(),
      message: z
        .object({
          id: z.string(),
          room: z.string(),
          content: z.string(),
          message_type: messageType(),
          timestamp: timestamp(),
          attachment: reportedAttachment().nullable(),
        })
        .nullable(),
      action: reportAction().nullable(),
      note: z.string().nullable(),
      closed_by: user().nullable(),
      created_at: timestamp(),
      closed_at: timestamp().nullable(),
    })
    .meta({ id: "Report" }),
);
export type Report = z.output<ReturnType<typeof report>>;

/** The most reports of a status that are counted, and that the pages reach. */
export const reportLimit = 1000;

const reasonBody = deferred(() => z.object({ reason: text(1, 1000) }));

export const reportOperations = {
  reportMessage: defineOperation({
    id: "reportMessage",
    // Its answer holds no message, and the function `users` serves everything else about reports.
    area: "users",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}/report",
    summary: "Report a message",
    auth: "user",
    params: deferred(() => z.object({ room_id: id(), message_id: id() })),
    body: reasonBody,
    success: { status: 201, schema: reportReceipt },
    repeated: 200,
    errors: ["forbidden", "not_found", "conflict"],
  }),
  reportUser: defineOperation({
    id: "reportUser",
    area: "users",
    method: "POST",
    path: "/api/chat/users/{user_id}/report",
    summary: "Report a user",
    auth: "user",
    params: userParams,
    body: reasonBody,
    success: { status: 201, schema: reportReceipt },
    repeated: 200,
    errors: ["not_found"],
  }),
  listReports: defineOperation({
    id: "listReports",
    area: "users",
    method: "GET",
    path: "/api/chat/reports",
    summary: "List reports",
    auth: "user",
    query: deferred(() => pageQuery().extend({ status: reportStatus().default("open") })),
    success: { status: 200, schema: pageOf("ReportPage", report) },
    errors: ["forbidden"],
  }),
  updateReport: defineOperation({
    id: "updateReport",
    area: "users",
    method: "PUT",
    path: "/api/chat/reports/{report_id}",
    summary: "Close a report",
    auth: "user",
    params: deferred(() => z.object({ report_id: id() })),
    body: deferred(() => z.object({ action: reportAction(), note: text(1, 1000).nullish() })),
    success: { status: 200, schema: report },
    errors: ["forbidden", "not_found", "conflict"],
  }),
};
