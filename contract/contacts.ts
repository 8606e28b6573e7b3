import * as z from "zod";
import { deferred } from "./deferred.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { user } from "./objects/user.ts";
import { id, text, timestamp } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

/** Somebody whom the caller keeps, or blocks. */
export const contact = deferred(() =>
  z
    .object({
      /** The id of the user whom it is about. */
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

/** How many contacts somebody may have, and how many people they may block. */
export const contactLimit = 1000;
export const blockLimit = 500;

const contactParams = deferred(() => z.object({ contact_id: id() }));
const nickname = deferred(() => text(1, 100).nullish());

export const contactOperations = {
  listContacts: defineOperation({
    id: "listContacts",
    area: "users",
    method: "GET",
    path: "/api/chat/contacts",
    summary: "List one's contacts, favorites first, then by name",
    description:
      "By nickname where there is one. `blocked=true` lists the people whom one blocks, contacts or not.",
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
    summary: "Add somebody to one's contacts",
    description: `Again, it is the same contact, with the nickname that it has. Up to ${contactLimit} contacts.`,
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
    summary: "Get a contact, or somebody whom one blocks",
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
    summary: "Change a contact's nickname, or whether it is a favorite",
    description: "Fields that are left out stay as they are; null takes the nickname away.",
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
    summary: "Remove somebody from one's contacts",
    description: "A block stays: it is lifted by unblockContact alone.",
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
    summary: "Make a contact no favorite any more",
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
    summary: "Block somebody, a contact or not",
    description: `No direct message passes between the two any more, and neither sees whether the other types or is online, or adds the other to a room. The other is not told. Rooms that both are in go on. Up to ${blockLimit} people.`,
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
    summary: "Lift one's block of somebody",
    auth: "user",
    params: contactParams,
    success: { status: 204, schema: null },
    errors: ["not_found"],
  }),
};
