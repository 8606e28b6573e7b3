/** When an operation answers with a code, for reasons that many operations share. */
export const noRoom = "The caller is not a member of the room, or there is no such room.";

/** The same for what can also be read in a public room without joining it. */
export const noReadableRoom =
  "The room is not public and the caller is not a member, or there is no such room.";

export const noMessage =
  "The room has no message with this id that the caller may see: it may be from before they joined.";

export const noUser = "There is no user with this id.";

export const notAdministrator = "The caller is not an administrator.";

export const tooFast =
  "The caller sends to this room, or changes its messages, faster than the rate limit allows.";

export const tooManyAttempts = "There were too many attempts: wait a minute.";

/** An operation that sends a message or changes one. */
export const noSending =
  "Or the room is archived, or the caller's role may not send in it. Or one of a direct room's two " +
  "members blocks the other.";
