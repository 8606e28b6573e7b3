import { blockLimit, type Contact } from "../../contract/contacts.ts";
import { publishPresenceBetween } from "../delivery/presence-events.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { deleteBlock, getBlock, listBlocks, putBlock } from "../store/contacts/blocks.ts";
import { getProfile } from "../store/users/profiles.ts";
import { accessKnown, accessOther, viewKnown } from "./contacts.ts";

/** Throws `conflict` where somebody blocks as many as they may. */
async function accessRoomForOne(userId: string): Promise<void> {
  const own = (await listBlocks(userId, "consistent")).filter((block) => block.by === "self");
  if (own.length >= blockLimit)
    throw new ApiError("conflict", `You block ${blockLimit} people, and can block no more: unblock some.`);
}

/**
 * Blocks somebody, a contact or not. A message that had its number by then is sent, and may still be on its way; no
 * other gets one. A repeat announces it again: the first call may have been cut off before it did. Throws `not_found` or
 * `conflict`.
 */
export async function blockUser(actor: Actor, otherId: string): Promise<Contact> {
  const { userId } = actor;
  await accessOther(actor, otherId, "contact_id");
  if (!(await getBlock(userId, otherId))) {
    await accessRoomForOne(userId);
    await putBlock(userId, otherId);
  }
  await publishPresenceBetween(userId, otherId);
  return viewKnown(userId, await accessKnown(userId, otherId));
}

/** Lifts the caller's block of somebody, if there is one, and shows the two as they are. Throws `not_found` for nobody. */
export async function unblockUser(userId: string, otherId: string): Promise<void> {
  if (!(await getProfile(otherId))) throw new ApiError("not_found", "User not found");
  if (await getBlock(userId, otherId)) await deleteBlock(userId, otherId);
  await publishPresenceBetween(userId, otherId);
}
