import * as z from "zod";
import { deferred } from "./deferred.ts";
import { reportedAttachment } from "./objects/attachment.ts";
import { messageType } from "./objects/message.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { user } from "./objects/user.ts";
import { id, text, timestamp } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";
import { userParams } from "./people.ts";

const reportStatus = deferred(() => z.enum(["open", "closed"]));
export type ReportStatus = z.output<ReturnType<typeof reportStatus>>;

const reportAction = deferred(() => z.enum(["dismiss", "remove_message"]));
export type ReportAction = z.output<ReturnType<typeof reportAction>>;

/** What the reporter is told. */
const reportReceipt = deferred(() =>
  z
    .object({ id: z.string(), status: reportStatus(), reason: z.string(), created_at: timestamp() })
    .meta({ id: "ReportReceipt" }),
);

/** What administrators see of a report. */
const report = deferred(() =>
  z
    .object({
      id: z.string(),
      status: reportStatus(),
      reason: z.string(),
      reporter: user(),
      /** Whose message it is, or who was reported as such. */
      reported_user: user(),
      /** The message as it was when it was reported; null where somebody was reported as such. */
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

/** How many reports of a status are counted, and can be paged to. */
export const reportLimit = 1000;

const reasonBody = deferred(() => z.object({ reason: text(1, 1000) }));

export const reportOperations = {
  reportMessage: defineOperation({
    id: "reportMessage",
    // Its answer is no message, and administrators deal with it where people are.
    area: "users",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}/report",
    summary: "Report a message to the administrators",
    description:
      "By members of the room. Again, it is the same report, with the reason that it has, until the message is edited: what it says then is another report.",
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
    summary: "Report somebody to the administrators",
    description: "Again, it is the same report, with the reason that it has, until it is closed.",
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
    summary: "List the reports, the newest first; for administrators",
    description: `The newest ${reportLimit} of a status are counted and paged.`,
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
    summary: "Close a report, with or without removing the message; for administrators",
    description:
      "`remove_message` deletes the message for good: nobody restores it, also where it was deleted before. A closed report stays as it is: the same action again changes nothing. Once a removal has begun, `dismiss` is refused; one that was broken off is completed by the same action.",
    auth: "user",
    params: deferred(() => z.object({ report_id: id() })),
    body: deferred(() => z.object({ action: reportAction(), note: text(1, 1000).nullish() })),
    success: { status: 200, schema: report },
    errors: ["forbidden", "not_found", "conflict"],
  }),
};
