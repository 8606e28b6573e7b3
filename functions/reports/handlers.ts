import type { reportOperations } from "../../contract/reports.ts";
import { type Handlers, Repeated } from "../kernel/http/http.ts";
import { numberedPage, sliceOf } from "../kernel/http/page.ts";
import { type Reported, reportMessage, reportUser } from "./report.ts";
import { updateReport, viewReports } from "./review.ts";

function receipt({ report: { id, status, reason, createdAt }, isNew }: Reported) {
  const made = { id, status, reason, created_at: createdAt };
  return isNew ? made : new Repeated(made);
}

export const reportHandlers: Handlers<typeof reportOperations> = {
  reportMessage: async ({ actor, params, body }) =>
    receipt(await reportMessage(actor, params.room_id, params.message_id, body.reason)),

  reportUser: async ({ actor, params, body }) =>
    receipt(await reportUser(actor, params.user_id, body.reason)),

  listReports: async ({ actor, query, url }) => {
    const { count, reports } = await viewReports(actor, query.status, sliceOf(query));
    return numberedPage(url, query, { count, results: reports });
  },

  updateReport: ({ actor, params, body }) =>
    updateReport(actor, params.report_id, { action: body.action, note: body.note ?? null }),
};
