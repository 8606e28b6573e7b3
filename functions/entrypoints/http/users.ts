import { contactOperations } from "../../../contract/contacts.ts";
import { reportOperations } from "../../../contract/reports.ts";
import { userOperations } from "../../../contract/users.ts";
import { contactHandlers } from "../../contacts/handlers.ts";
import { serveHttp } from "../../kernel/http/http.ts";
import { reportHandlers } from "../../reports/handlers.ts";
import { userHandlers } from "../../users/handlers.ts";
import { provisionUser } from "../../users/provision.ts";

export const handler = serveHttp(
  { ...userOperations, ...contactOperations, ...reportOperations },
  { ...userHandlers, ...contactHandlers, ...reportHandlers },
  provisionUser,
);
