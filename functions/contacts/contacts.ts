import { type Contact, contactLimit } from "../../contract/contacts.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError, invalidInput } from "../kernel/http/api-error.ts";
import type { Slice } from "../kernel/http/page.ts";
import { foldText } from "../kernel/text/words.ts";
import { type Block, getBlock, listBlocks } from "../store/contacts/blocks.ts";
import {
  type ContactChanges,
  deleteContact,
  getContact,
  listContacts,
  putContact,
  type StoredContact,
  updateContact,
} from "../store/contacts/contacts.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { getProfile, getProfiles } from "../store/users/profiles.ts";
import { type People, personOf } from "../store/users/users.ts";
import { withSeenEmail } from "../users/email-visibility.ts";
import { displayNameOf, presentUser } from "../users/present.ts";
import { ensureProfile } from "../users/profiles.ts";
import { viewUser } from "../users/view.ts";

function noContact(): ApiError {
  return new ApiError("not_found", "This is none of your contacts: add them first.");
}

/** A user whom another user has as a contact, or blocks, or both. */
interface Known {
  readonly userId: string;
  readonly contact: StoredContact | undefined;
  readonly block: Block | undefined;
}

type Shown = Omit<Contact, "contact">;

function shownOf({ userId, contact, block }: Known): Shown {
  const since = block?.since ?? "";
  return {
    id: userId,
    nickname: contact?.nickname ?? null,
    is_favorite: contact?.isFavorite ?? false,
    is_blocked: block !== undefined,
    created_at: contact?.createdAt ?? since,
    updated_at: contact && contact.updatedAt > since ? contact.updatedAt : since,
  };
}

/**
 * Presents a contact as its owner sees it. The e-mail address of a user who is only blocked is
 * shown under the same rules as that of any user.
 */
export async function viewKnown(viewerId: string, known: Known): Promise<Contact> {
  return {
    ...shownOf(known),
    contact: await viewUser(viewerId, known.userId),
  };
}

/** Returns a user's contact, block, or both. Throws `not_found` if there is neither. */
export async function accessKnown(userId: string, otherId: string): Promise<Known> {
  const [contact, block] = await Promise.all([getContact(userId, otherId), getBlock(userId, otherId)]);
  if (!contact && !block) throw noContact();
  return { userId: otherId, contact, block };
}

/**
 * Throws `invalid_input` if the other user is the caller, and `not_found` if there is no such user.
 * It is called before anything is stored.
 */
export async function accessOther(actor: Actor, otherId: string, path: string): Promise<void> {
  if (otherId === actor.userId) throw invalidInput([{ path, message: "This is you: name another user" }]);
  const [other] = await Promise.all([getProfile(otherId), ensureProfile(actor)]);
  if (!other) throw new ApiError("not_found", "User not found");
}

/** Throws `conflict` if a user has as many contacts as they may. */
async function checkContactLimit(userId: string): Promise<void> {
  if ((await listContacts(userId, contactLimit)).length >= contactLimit)
    throw new ApiError("conflict", `You have ${contactLimit} contacts, and can keep no more: remove some.`);
}

/**
 * Adds a user to the caller's contacts, or returns the contact that they are; `isNew` is false
 * then. Throws `invalid_input`, `not_found` or `conflict`.
 */
export async function createContact(
  actor: Actor,
  otherId: string,
  nickname: string | null,
): Promise<{ contact: Contact; isNew: boolean }> {
  const { userId } = actor;
  await accessOther(actor, otherId, "user_id");
  const existing = await getContact(userId, otherId);
  if (!existing) await checkContactLimit(userId);
  const { contact, isNew } = existing
    ? { contact: existing, isNew: false }
    : await putContact(userId, otherId, nickname);
  const block = await getBlock(userId, otherId);
  return { contact: await viewKnown(userId, { userId: otherId, contact, block }), isNew };
}

/** Changes a contact of the caller. Throws `not_found`. */
export async function changeContact(
  userId: string,
  otherId: string,
  changes: ContactChanges,
): Promise<Contact> {
  const contact = await updateContact(userId, otherId, changes);
  if (!contact) throw noContact();
  return viewKnown(userId, { userId: otherId, contact, block: await getBlock(userId, otherId) });
}

/** Removes a contact of the caller; a block stays. Throws `not_found`. */
export async function removeContact(userId: string, otherId: string): Promise<void> {
  if (!(await deleteContact(userId, otherId))) throw noContact();
}

/** Returns a user's contacts, or the users whom they block. */
async function listKnown(userId: string, blocked: boolean): Promise<Known[]> {
  const [contacts, blocks] = await Promise.all([
    listContacts(userId, contactLimit),
    listBlocks(userId, "consistent"),
  ]);
  const contactOf = new Map(contacts.map((contact) => [contact.userId, contact]));
  const own = new Map(blocks.filter(({ by }) => by === "self").map((block) => [block.userId, block]));
  return [...(blocked ? own : contactOf).keys()].map((otherId) => ({
    userId: otherId,
    contact: contactOf.get(otherId),
    block: own.get(otherId),
  }));
}

/**
 * Sorts favorites first, then by name: by the nickname, or else by the contact's present display
 * name.
 */
function inOrder(known: readonly Known[], names: ReadonlyMap<string, string>): Known[] {
  const collator = new Intl.Collator("und");
  const nameOf = (one: Known): string => foldText(one.contact?.nickname ?? names.get(one.userId) ?? "");
  return known
    .map((one) => ({ one, name: nameOf(one), rank: one.contact?.isFavorite ? 0 : 1 }))
    .sort(
      (left, right) =>
        left.rank - right.rank ||
        collator.compare(left.name, right.name) ||
        (left.one.userId < right.one.userId ? -1 : 1),
    )
    .map(({ one }) => one);
}

/**
 * Presents a page as its owner sees it. `seen` are the users whose e-mail addresses the owner sees;
 * the owner sees those of their contacts in any case.
 */
function viewPage(
  viewerId: string,
  page: readonly Known[],
  people: People,
  seen: ReadonlySet<string>,
): Contact[] {
  return page.map((known) => ({
    ...shownOf(known),
    contact: presentUser(
      personOf(people, known.userId, viewerId),
      known.contact !== undefined || seen.has(known.userId),
    ),
  }));
}

/**
 * Returns a page of the caller's contacts, or of the users whom they block, and the number of all.
 * It reads the profiles of all of them, at half a read unit each, since the order is by their
 * present names. It reads presences for the page alone.
 */
export async function listContactPage(
  userId: string,
  blocked: boolean,
  page: Slice,
): Promise<{ count: number; contacts: Contact[] }> {
  const known = await listKnown(userId, blocked);
  const profiles = await getProfiles(known.map((one) => one.userId));
  const names = new Map([...profiles].map(([id, profile]) => [id, displayNameOf(profile)]));
  const shown = inOrder(known, names).slice(page.start, page.start + page.size);
  const [{ people }, seen] = await Promise.all([
    batchGet({ presences: [...shown.map((one) => one.userId), userId] }),
    withSeenEmail(
      userId,
      shown.filter((one) => !one.contact).map((one) => one.userId),
    ),
  ]);
  return {
    count: known.length,
    contacts: viewPage(userId, shown, { profiles, presences: people.presences }, seen),
  };
}
