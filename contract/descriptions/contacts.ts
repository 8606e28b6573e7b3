import { blockLimit, contact, contactLimit, contactOperations } from "../contacts.ts";
import { describeObject, describeOperations } from "./describe.ts";
import { noUser } from "./errors.ts";
import * as examples from "./examples.ts";
import { describePage } from "./pages.ts";
import { paging } from "./parameters.ts";

const noContact = "The caller has no contact with this id.";
const maxContacts = contactLimit.toLocaleString("en");
const nickname = {
  description: "The caller's own name for the contact, 1 to 100 characters.",
  example: "Admiral",
};

export const contactDescriptions = describeOperations(contactOperations, {
  listContacts: {
    description: "Lists the caller's contacts: favorites first, then by nickname, or else by name.",
    query: {
      ...paging,
      blocked: {
        description:
          "Lists the users whom the caller blocks instead, whether or not they are contacts. Default: false.",
        example: "false",
      },
    },
    success: "A page of contacts.",
    errors: {},
  },
  createContact: {
    description:
      `Adds a user to the caller's contacts, of which there may be ${maxContacts}. The user gets a ` +
      "notification.",
    body: {
      user_id: { description: "The id of the user, up to 128 characters.", example: examples.grace },
      nickname: { ...nickname, description: `${nickname.description} Default: null.` },
    },
    success: "The new contact.",
    repeated: "The contact that existed. It keeps its nickname.",
    errors: {
      invalid_input: "A field is not valid, or the id is the caller's own.",
      not_found: noUser,
      conflict: `The caller has ${maxContacts} contacts.`,
    },
  },
  getContact: {
    description: "Gets a contact of the caller, or a user whom the caller blocks.",
    success: "The contact.",
    errors: { not_found: "The user is no contact of the caller, and the caller does not block them." },
  },
  updateContact: {
    description:
      "Changes the nickname of a contact, or whether it is a favorite. Fields that are left out stay as " +
      "they are.",
    body: {
      nickname: { ...nickname, description: `${nickname.description} Null removes it. Default: unchanged.` },
      is_favorite: { description: "Whether the contact is a favorite. Default: unchanged.", example: true },
    },
    success: "The contact, as changed.",
    errors: { not_found: noContact },
  },
  deleteContact: {
    description: "Removes a user from the caller's contacts. A block stays: only `unblockContact` ends it.",
    success: "The user is no longer a contact.",
    errors: { not_found: noContact },
  },
  favoriteContact: {
    description: "Makes a contact a favorite. Favorites are listed first.",
    success: "The contact, as changed.",
    errors: { not_found: noContact },
  },
  unfavoriteContact: {
    description: "Removes a contact from the favorites. It stays a contact.",
    success: "The contact is no longer a favorite.",
    errors: { not_found: noContact },
  },
  blockContact: {
    description:
      "Blocks a user, who need not be a contact. From then on no direct message passes between the two. " +
      "Neither sees that the other types or is online, and neither can add the other to a room. The " +
      `blocked user is not told. Rooms that both are in go on. A user may block ${blockLimit} others.`,
    success: "The user as a contact, with `is_blocked` true.",
    errors: {
      invalid_input: "The id is the caller's own, or is not valid.",
      not_found: noUser,
      conflict: `The caller blocks ${blockLimit} users.`,
    },
  },
  unblockContact: {
    description: "Ends the caller's block of a user. A user whom the caller does not block is no error.",
    success: "The caller does not block the user.",
    errors: { not_found: noUser },
  },
});

export const contactSchemas = [
  describeObject(contact, {
    description: "A user whom the caller has as a contact, or blocks.",
    fields: {
      id: { description: "The id of that user.", example: examples.grace },
      contact: { description: "That user." },
      nickname: { description: "The caller's own name for the contact, or null.", example: "Admiral" },
      is_favorite: { description: "Whether the contact is a favorite.", example: true },
      is_blocked: { description: "Whether the caller blocks the user.", example: false },
      created_at: {
        description: "When the user became a contact, or, if they are none, was blocked.",
        example: examples.earlier,
      },
      updated_at: {
        description: "When the contact last changed, or the user was blocked.",
        example: examples.time,
      },
    },
  }),
  describePage(contactOperations.listContacts.success.schema, {
    page: "A page of contacts.",
    count: "How many contacts the list has, on all pages.",
    results: "The contacts of this page.",
  }),
];
