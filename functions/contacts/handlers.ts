import type { contactOperations } from "../../contract/contacts.ts";
import { type Handlers, Repeated } from "../kernel/http/http.ts";
import { numberedPage, sliceOf } from "../kernel/http/page.ts";
import { blockUser, unblockUser } from "./blocks.ts";
import {
  accessKnown,
  changeContact,
  createContact,
  listContactPage,
  removeContact,
  viewKnown,
} from "./contacts.ts";

export const contactHandlers: Handlers<typeof contactOperations> = {
  listContacts: async ({ actor, query, url }) => {
    const { count, contacts } = await listContactPage(actor.userId, query.blocked === "true", sliceOf(query));
    return numberedPage(url, query, { count, results: contacts });
  },

  createContact: async ({ actor, body }) => {
    const { contact, isNew } = await createContact(actor, body.user_id, body.nickname ?? null);
    return isNew ? contact : new Repeated(contact);
  },

  getContact: async ({ actor, params }) =>
    viewKnown(actor.userId, await accessKnown(actor.userId, params.contact_id)),

  updateContact: ({ actor, params, body }) => changeContact(actor.userId, params.contact_id, body),

  deleteContact: async ({ actor, params }) => {
    await removeContact(actor.userId, params.contact_id);
    return undefined;
  },

  favoriteContact: ({ actor, params }) =>
    changeContact(actor.userId, params.contact_id, { is_favorite: true }),

  unfavoriteContact: async ({ actor, params }) => {
    await changeContact(actor.userId, params.contact_id, { is_favorite: false });
    return undefined;
  },

  blockContact: ({ actor, params }) => blockUser(actor, params.contact_id),

  unblockContact: async ({ actor, params }) => {
    await unblockUser(actor.userId, params.contact_id);
    return undefined;
  },
};
