import { reportLimit, reportOperations } from "../reports.ts";
import { describeObject, describeOperations, describeValue } from "./describe.ts";
import { noMessage, noRoom, notAdministrator, noUser } from "./errors.ts";
import * as examples from "./examples.ts";
import { describePage } from "./pages.ts";
import { paging } from "./parameters.ts";

const reason = {
  description: "Why the caller reports it, 1 to 1,000 characters.",
  example: "Insults another member",
};
const existing = "The report that existed. It keeps its reason.";
function report() {
  return reportOperations.updateReport.success.schema();
}

export const reportDescriptions = describeOperations(reportOperations, {
  reportMessage: {
    description:
      "Reports a message of another member to the administrators, with what it says at present. Each " +
      "member reports a message once. After the message was edited they may report it again.",
    body: { reason },
    success: "The new report.",
    repeated: existing,
    errors: {
      invalid_input: "A field is not valid, or the message is the caller's own.",
      forbidden: noRoom,
      not_found: `${noMessage} Or it has destroyed itself.`,
      conflict: "The message is deleted.",
    },
  },
  reportUser: {
    description:
      "Reports a user to the administrators. While the caller's report of the user is open, another " +
      "request changes nothing.",
    body: { reason },
    success: "The new report.",
    repeated: existing,
    errors: { invalid_input: "A field is not valid, or the id is the caller's own.", not_found: noUser },
  },
  listReports: {
    description: "Lists reports, the newest first. Only administrators may.",
    query: {
      ...paging,
      status: { description: "The status of the reports to list. Default: `open`.", example: "open" },
    },
    success: "A page of reports.",
    errors: { forbidden: notAdministrator },
  },
  updateReport: {
    description:
      "Closes a report. Only administrators may. `remove_message` deletes the reported message for good: " +
      "no member can restore it, even if it was deleted before. `dismiss` leaves it. A closed report " +
      "never changes: the same action again is no error. A removal that was interrupted is completed by " +
      "the same action.",
    body: {
      action: { description: "The action to take.", example: "remove_message" },
      note: {
        description: "A note for administrators, 1 to 1,000 characters. Default: none.",
        example: "Second report this week",
      },
    },
    success: "The report, as closed.",
    errors: {
      forbidden: notAdministrator,
      not_found: "There is no report with this id.",
      conflict:
        "The report is closed with another action, or its message is being removed. Or it is about a " +
        "user, and has no message.",
    },
  },
});

export const reportSchemas = [
  describeValue(() => report().shape.status, {
    description: "`open` until an administrator closes the report, then `closed`.",
    example: "open",
  }),
  describeValue(() => report().shape.action.unwrap(), {
    description: "`dismiss`: nothing is done. `remove_message`: the message is deleted for good.",
    example: "remove_message",
  }),
  describeObject(() => reportOperations.reportUser.success.schema(), {
    description: "A report, as its reporter sees it.",
    fields: {
      id: { description: "The id of the report.", example: examples.report },
      status: { description: "Whether the report is open.", example: "open" },
      reason: { description: "Why the user or the message was reported.", example: "Insults another member" },
      created_at: { description: "When the report was made.", example: examples.time },
    },
  }),
  describeObject(report, {
    description: "A report, as administrators see it.",
    fields: {
      id: { description: "The id of the report.", example: examples.report },
      status: { description: "Whether the report is open.", example: "closed" },
      reason: { description: "Why the user or the message was reported.", example: "Insults another member" },
      reporter: { description: "The user who reported it." },
      reported_user: { description: "The reported user, or the sender of the reported message." },
      message: {
        description: "The message as it was when it was reported. Null if a user was reported.",
        fields: {
          id: { description: "The id of the message.", example: examples.message },
          room: { description: "The id of the room.", example: examples.room },
          content: { description: "The text.", example: "The X-ray from this morning" },
          message_type: { description: "The type of the message.", example: "image" },
          timestamp: { description: "When the message was sent.", example: examples.earlier },
          attachment: { description: "The file of the message. Null if it had none." },
        },
      },
      action: { description: "How the report was closed. Null while it is open.", example: "remove_message" },
      note: { description: "The administrator's note, or null.", example: "Second report this week" },
      closed_by: { description: "The administrator who closed the report. Null while it is open." },
      created_at: { description: "When the report was made.", example: examples.time },
      closed_at: {
        description: "When the report was closed. Null while it is open.",
        example: examples.later,
      },
    },
  }),
  describePage(reportOperations.listReports.success.schema, {
    page: "A page of reports.",
    count: `How many reports of the status there are; at most ${reportLimit.toLocaleString("en")}.`,
    results: "The reports of this page.",
  }),
];
