import { followDeletedFile } from "../attachments/stream-handlers.ts";
import { followNewContact } from "../contacts/stream-handlers.ts";
import { followAddedMember, followNewMessage } from "../notifications/stream-handlers.ts";
import { followNewNotification } from "../push/stream-handlers.ts";
import { followDeletedRoom } from "../rooms/stream-handlers.ts";
import { followChangedMessage } from "../search/stream-handlers.ts";
import type { Change } from "../store/background/changes.ts";
import { followReplacedAvatar } from "../uploads/stream-handlers.ts";
import { followChangedProfile } from "../users/stream-handlers.ts";
import { followDeletedAvatar } from "./follow-deleted-avatar.ts";
import { followRemovedAttachment } from "./follow-removed-attachment.ts";
import { followRemovedMember } from "./follow-removed-member.ts";

/**
 * Does what follows from a change, or plans it. It is called at least once for each change, and what was changed may
 * have changed again since: where that matters, a follower looks at the table. Throws to be called again.
 */
type Follower = (change: Change) => Promise<void>;

/** The filters of lib/followed-changes.ts let pass what these want, and nothing else. */
const followers: readonly Follower[] = [
  followDeletedRoom,
  followRemovedMember,
  followChangedProfile,
  followRemovedAttachment,
  followDeletedFile,
  followNewMessage,
  followNewContact,
  followAddedMember,
  followNewNotification,
  followReplacedAvatar,
  followDeletedAvatar,
  followChangedMessage,
];

/** What one of them fails at keeps no other from its work: who is notified does not wait for what cannot be indexed. */
export const followChange = async (change: Change): Promise<void> => {
  const failures: unknown[] = [];
  for (const follow of followers)
    await follow(change).catch((error: unknown) => {
      failures.push(error);
    });
  if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join(" "));
  if (failures.length > 0) throw failures[0];
};
