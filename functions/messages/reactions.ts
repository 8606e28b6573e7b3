import { maxReactionBytes, maxReactionKinds, maxReactions } from "../../contract/message-changes.ts";
import type { Reactions } from "../../contract/objects/message.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { accessUnblocked } from "../rooms/sending.ts";
import type { MessageChange } from "../store/messages/message-changes.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import { accessChangeableMessage, accessPresent } from "./access.ts";
import { changeMessage } from "./change.ts";
import { publishReaction } from "./events.ts";
import { presentReactions } from "./present.ts";

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * Returns the change that adds a reaction. Throws `conflict` if the message takes no more
 * reactions, or no other emoji.
 */
function addition(current: StoredMessage, emoji: string, reaction: string): MessageChange {
  const sameKind = [...current.reactions].find((other) => other.startsWith(`${emoji} `));
  const kinds = new Set([...current.reactions].map((other) => other.slice(0, other.indexOf(" "))));
  if (sameKind === undefined && kinds.size >= maxReactionKinds)
    throw new ApiError(
      "conflict",
      `The message has ${maxReactionKinds} different reactions, and takes no other: choose one of them.`,
    );
  if (current.reactions.size >= maxReactions)
    throw new ApiError("conflict", `The message has ${maxReactions} reactions, and takes no more.`);
  if (bytesOf(presentReactions(current)) + bytesOf(reaction) > maxReactionBytes)
    throw new ApiError("conflict", "The message has as many reactions as it holds, and takes no more.");
  return {
    kind: "react",
    reaction,
    terms: { limit: maxReactions, kindLimit: maxReactionKinds, sameKind },
  };
}

/**
 * Adds or removes the caller's reaction. Throws `forbidden`, `not_found`, `conflict` or
 * `rate_limited`.
 */
export async function reactToMessage(
  actor: Actor,
  roomId: string,
  messageId: string,
  { emoji, action }: { readonly emoji: string; readonly action: "add" | "remove" },
): Promise<Reactions> {
  const { room, message } = await accessChangeableMessage(actor.userId, roomId, messageId);
  accessUnblocked(room);
  const reaction = `${emoji} ${actor.userId}`;
  const changed = await changeMessage(message, {
    intent: (current) => {
      accessPresent(current);
      if (current.reactions.has(reaction) === (action === "add")) return undefined;
      return action === "add" ? addition(current, emoji, reaction) : { kind: "unreact", reaction };
    },
    payer: room.me,
  });
  await publishReaction(room.head, changed);
  return presentReactions(changed);
}
