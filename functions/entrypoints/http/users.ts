import { contactOperations } from "../../../contract/contacts.ts";
import { peopleOperations } from "../../../contract/people.ts";
import { reportOperations } from "../../../contract/reports.ts";
import { contactHandlers } from "../../contacts/handlers.ts";
import { serveHttp } from "../../kernel/http/http.ts";
import { reportHandlers } from "../../reports/handlers.ts";
import { peopleHandlers } from "../../users/handlers.ts";
import { admit } from "../../users/profiles.ts";

export const handler = serveHttp(
  { ...peopleOperations, ...contactOperations, ...reportOperations },
  { ...peopleHandlers, ...contactHandlers, ...reportHandlers },
  admit,
);
