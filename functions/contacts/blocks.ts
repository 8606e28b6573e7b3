/**
 * Blocks between users. Messages of a blocked direct room are refused in rooms/sending.ts, and
 * `takeSeq` in store/rooms/heads.ts decides: no seq is given while a block stands.
 */
import { blockLimit, type Contact } from "../../contract/contacts.ts";
import { publishPresenceBetween } from "../delivery/presence-events.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { deleteBlock, getBlock, listBlocks, putBlock } from "../store/contacts/blocks.ts";
import { getProfile } from "../store/users/profiles.ts";
import { accessKnown, accessOther, viewKnown } from "./contacts.ts";

/** Throws `conflict` if a user blocks as many users as they may. */
async function checkBlockLimit(userId: string): Promise<void> {
  const own = (await listBlocks(userId, "consistent")).filter((block) => block.by === "self");
  if (own.length >= blockLimit)
    throw new ApiError("conflict", `You block ${blockLimit} people, and can block no more: unblock some.`);
}

/**
 * Blocks a user, whether or not they are a contact, and publishes to both how the other appears
 * now. A message that had its seq before is sent, and may still be on its way. No later message
 * gets a seq. If interrupted: the block is stored, and not published. Repaired by: a repeated call,
 * which publishes again. Throws `invalid_input`, `not_found` or `conflict`.
 */
export async function blockUser(actor: Actor, otherId: string): Promise<Contact> {
  const { userId } = actor;
  await accessOther(actor, otherId, "contact_id");
  if (!(await getBlock(userId, otherId))) {
    await checkBlockLimit(userId);
    await putBlock(userId, otherId);
  }
  await publishPresenceBetween(userId, otherId);
  return viewKnown(userId, await accessKnown(userId, otherId));
}

/**
 * Lifts the caller's block of a user, if there is one, and publishes to both how the other appears
 * now. Throws `not_found` if there is no such user.
 */
export async function unblockUser(userId: string, otherId: string): Promise<void> {
  if (!(await getProfile(otherId))) throw new ApiError("not_found", "User not found");
  if (await getBlock(userId, otherId)) await deleteBlock(userId, otherId);
  await publishPresenceBetween(userId, otherId);
}
