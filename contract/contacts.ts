import * as z from "zod";
import { deferred } from "./deferred.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { user } from "./objects/user.ts";
import { id, text, timestamp } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

/** A user whom the caller has as a contact, or blocks. */
export const contact = deferred(() =>
  z
    .object({
      id: z.string(),
      contact: user(),
      nickname: z.string().nullable(),
      is_favorite: z.boolean(),
      is_blocked: z.boolean(),
      created_at: timestamp(),
      updated_at: timestamp(),
    })
    .meta({ id: "Contact" }),
);
export type Contact = z.output<ReturnType<typeof contact>>;

/** The most contacts that a user may have. */
export const contactLimit = 1000;
/** The most users that a user may block. */
export const blockLimit = 500;

const contactParams = deferred(() => z.object({ contact_id: id() }));
const nickname = deferred(() => text(1, 100).nullish());

export const contactOperations = {
  listContacts: defineOperation({
    id: "listContacts",
    area: "users",
    method: "GET",
    path: "/api/chat/contacts",
    summary: "List the caller's contacts",
    auth: "user",
    query: deferred(() => pageQuery().extend({ blocked: z.enum(["true", "false"]).default("false") })),
    success: { status: 200, schema: pageOf("ContactPage", contact) },
    errors: [],
  }),
  createContact: defineOperation({
    id: "createContact",
    area: "users",
    method: "POST",
    path: "/api/chat/contacts",
    summary: "Add a contact",
    auth: "user",
    body: deferred(() => z.object({ user_id: id(), nickname: nickname() })),
    success: { status: 201, schema: contact },
    repeated: 200,
    errors: ["not_found", "conflict"],
  }),
  getContact: defineOperation({
    id: "getContact",
    area: "users",
    method: "GET",
    path: "/api/chat/contacts/{contact_id}",
    summary: "Get a contact",
    auth: "user",
    params: contactParams,
    success: { status: 200, schema: contact },
    errors: ["not_found"],
  }),
  updateContact: defineOperation({
    id: "updateContact",
    area: "users",
    method: "PUT",
    path: "/api/chat/contacts/{contact_id}",
    summary: "Change a contact",
    auth: "user",
    params: contactParams,
    body: deferred(() => z.object({ nickname: nickname(), is_favorite: z.boolean().optional() })),
    success: { status: 200, schema: contact },
    errors: ["not_found"],
  }),
  deleteContact: defineOperation({
    id: "deleteContact",
    area: "users",
    method: "DELETE",
    path: "/api/chat/contacts/{contact_id}",
    summary: "Remove a contact",
    auth: "user",
    params: contactParams,
    success: { status: 204, schema: null },
    errors: ["not_found"],
  }),
  favoriteContact: defineOperation({
    id: "favoriteContact",
    area: "users",
    method: "POST",
    path: "/api/chat/contacts/{contact_id}/favorite",
    summary: "Make a contact a favorite",
    auth: "user",
    params: contactParams,
    success: { status: 200, schema: contact },
    errors: ["not_found"],
  }),
  unfavoriteContact: defineOperation({
    id: "unfavoriteContact",
    area: "users",
    method: "DELETE",
    path: "/api/chat/contacts/{contact_id}/favorite",
    summary: "Remove a contact from the favorites",
    auth: "user",
    params: contactParams,
    success: { status: 204, schema: null },
    errors: ["not_found"],
  }),
  blockContact: defineOperation({
    id: "blockContact",
    area: "users",
    method: "POST",
    path: "/api/chat/contacts/{contact_id}/block",
    summary: "Block a user",
    auth: "user",
    params: contactParams,
    success: { status: 200, schema: contact },
    errors: ["not_found", "conflict"],
  }),
  unblockContact: defineOperation({
    id: "unblockContact",
    area: "users",
    method: "DELETE",
    path: "/api/chat/contacts/{contact_id}/block",
    summary: "Unblock a user",
    auth: "user",
    params: contactParams,
    success: { status: 204, schema: null },
    errors: ["not_found"],
  }),
};
