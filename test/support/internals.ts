/**
 * The only door from tests and the bench into functions/: test/structure/imports.unit.test.ts holds
 * it. Tests go through the API. They need this door to seed the table, to read keys, and to run a
 * step that the API does not reach.
 */

export type { Index } from "../../functions/background/indexes.ts";
export { eventOf, eventPatterns, streamFilters } from "../../functions/background/stream-events.ts";
export { forEachConcurrent } from "../../functions/kernel/runtime/for-each-concurrent.ts";
export { messageId, notificationId, shortDigest } from "../../functions/kernel/runtime/ids.ts";
export { shardOf } from "../../functions/kernel/runtime/shard.ts";
export { isThrottled } from "../../functions/kernel/runtime/throttled.ts";
export { contentDisposition } from "../../functions/kernel/security/content-disposition.ts";
export { presign } from "../../functions/kernel/security/presign.ts";
export { isPublicAddress } from "../../functions/kernel/security/public-address.ts";
export { lookupPublic, NotPublicError, problemOfUrl } from "../../functions/kernel/security/public-url.ts";
export { isFoundIn, seekMessage, termLimit, termsOf } from "../../functions/kernel/text/message-words.ts";
export { foldText, indexWords, searchWords } from "../../functions/kernel/text/words.ts";
export type { RoomGroup } from "../../functions/search/room-scope.ts";
export type { StreamEvent } from "../../functions/store/background/changes.ts";
export type { StoredMessage } from "../../functions/store/messages/messages.ts";
export { newMessageItem, untouched } from "../../functions/store/messages/messages.ts";
export { headFromItem, newHeadItem } from "../../functions/store/rooms/heads.ts";
export { newMembershipItem } from "../../functions/store/rooms/memberships.ts";
export { newRosterItems } from "../../functions/store/rooms/rosters.ts";
export type { Marks } from "../../functions/store/rooms/unread.ts";
export {
  countUnread,
  entriesAhead,
  isReadBy,
  listUnread,
  markedAheadLimit,
  marksAfter,
  marksAfterSending,
  marksUpdate,
  sentAheadLimit,
} from "../../functions/store/rooms/unread.ts";
export { newPostingItem } from "../../functions/store/search/postings.ts";
export type { Key } from "../../functions/store/table/keys.ts";
export {
  idOfKey,
  indexKeys,
  keys,
  objectKeys,
  placeOf,
  postingOfKey,
} from "../../functions/store/table/keys.ts";
export { conditionExpression, updateExpression } from "../../functions/store/table/update-expression.ts";
export { blankProfile, newProfileItem } from "../../functions/store/users/profiles.ts";

/**
 * Loads modules that read their environment or make clients at import. A test sets the environment
 * first: with actAsFunction, or by itself.
 */
export const internals = {
  backgroundTasks: () => import("../../functions/background/tasks.ts"),
  changes: () => import("../../functions/store/background/changes.ts"),
  connectedMembers: () => import("../../functions/rooms/connected-members.ts"),
  deliveryPages: () => import("../../functions/fan-out/pages.ts"),
  directory: () => import("../../functions/store/users/directory.ts"),
  memberships: () => import("../../functions/store/rooms/memberships.ts"),
  messages: () => import("../../functions/store/messages/messages.ts"),
  notificationsRebuild: () => import("../../functions/notifications/rebuild.ts"),
  openSearchClient: () => import("../../functions/store/search/opensearch-client.ts"),
  presence: () => import("../../functions/store/presence/presence.ts"),
  pushServices: () => import("../../functions/store/notifications/push-services.ts"),
  rebuild: () => import("../../functions/background/rebuild.ts"),
  rebuilds: () => import("../../functions/store/background/rebuilds.ts"),
  mentionsAndReplies: () => import("../../functions/notifications/mentions-and-replies.ts"),
  roomScope: () => import("../../functions/search/room-scope.ts"),
  rosterChanges: () => import("../../functions/store/rooms/roster-changes.ts"),
  rosters: () => import("../../functions/store/rooms/rosters.ts"),
  searchIndex: () => import("../../functions/store/search/choose-index.ts"),
  searchRebuild: () => import("../../functions/search/rebuild.ts"),
  sockets: () => import("../../functions/store/presence/sockets.ts"),
  /** The stream handlers of a domain, by the name of its folder. */
  streamHandlers: (domain: string): Promise<Record<string, object>> =>
    import(`../../functions/${domain}/stream-handlers.ts`),
  stream: () => import("../../functions/background/stream.ts"),
  table: () => import("../../functions/store/table/table.ts"),
  tasksQueue: () => import("../../functions/store/queues/tasks.ts"),
  unreadNotices: () => import("../../functions/store/notifications/unread-notices.ts"),
};
