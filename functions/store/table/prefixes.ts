/**
 * The sort key of each kind of item: the whole key, or its beginning if it ends in `#`. `keys.ts`
 * builds keys from them, and the events of the table's stream compare with them
 * (`functions/background/stream-events.ts`). `lib/` reads them there: so this module imports
 * nothing.
 */
export const prefixes = {
  profile: "PROFILE",
  registration: "REGISTRATION",
  presence: "PRESENCE",
  session: "SESSION#",
  contact: "CONTACT#",
  addedBy: "ADDED#",
  block: "BLOCK#",
  blockedBy: "BLOCKED#",
  /** Begins `block` and `blockedBy`, and no other. */
  eitherBlock: "BLOCK",
  directory: "DIRECTORY",
  notification: "NOTIF#",
  readAll: "READ_ALL",
  pushSubscription: "PUSH#",
  pushOwner: "OWNER",
  pushKeys: "KEYS",
  report: "REPORT",
  username: "USERNAME",
  ticket: "TICKET",
  file: "FILE",
  rebuild: "REBUILD",
  avatar: "AVATAR",
  head: "HEAD",
  details: "DETAILS",
  roster: "ROSTER#",
  memberCounts: "COUNTS",
  listing: "LISTING",
  member: "MEMBER#",
  connected: "CONNECTED#",
  message: "MSG#",
  change: "REV#",
  edit: "EDIT#",
  reply: "REPLY#",
  pin: "PIN#",
  typing: "TYPING#",
} as const;
