import type { Message } from "../../contract/objects/message.ts";
import type { Audience } from "../delivery/audience.ts";
import { type DeliveryPayload, deliver } from "../delivery/deliver.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { errorFacts, log } from "../kernel/runtime/log.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import type { Profile } from "../store/users/profiles.ts";
import { personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";
import { ensureProfile } from "../users/profiles.ts";
import { presentMessage, unreadMarks } from "./present.ts";

function emptyAudience(roomId: string): Audience {
  return {
    roomId,
    userIds: [],
    members: [],
    presences: new Map(),
    people: { profiles: new Map(), presences: new Map() },
    stillIn: undefined,
  };
}

/**
 * Returns the audience that was read while the message was stored. If that read failed, logs it and
 * returns an empty audience: the message is stored, so nothing may fail its send.
 */
export function audienceOrNone(roomId: string, audience: Promise<Audience>): Promise<Audience> {
  return audience.catch((error: unknown) => {
    log("error", "audience_not_read", errorFacts(error));
    return emptyAudience(roomId);
  });
}

/**
 * Returns the sender's own profile. Returns undefined if it cannot be read or made; the sender is
 * then shown as unknown.
 */
async function senderOf(actor: Actor, { people }: Audience): Promise<Profile | undefined> {
  try {
    return people.profiles.get(actor.userId) ?? (await ensureProfile(actor));
  } catch (error) {
    log("error", "sender_not_read", errorFacts(error));
    return undefined;
  }
}

/**
 * Publishes a stored message to the members, and returns it as they see it. Never fails: an error
 * after a message is stored would make its sender send it again.
 */
export async function publishMessage(
  actor: Actor,
  stored: StoredMessage,
  audience: Audience,
  limits: Pick<DeliveryPayload, "viewers_of"> = {},
): Promise<Message> {
  const person = personOf(audience.people, actor.userId);
  const sender = { ...person, profile: (await senderOf(actor, audience)) ?? person.profile };
  const message = presentMessage(stored, unreadMarks, () => presentUser(sender, true));
  await deliver(audience, { ...limits, event: { type: "message", message }, sender: person.presence });
  return message;
}
