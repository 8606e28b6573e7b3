/** A phrase that the house does not use. */
export interface Rule {
  readonly pattern: RegExp;
  readonly rule: string;
  readonly instead: string;
  /** `prose` leaves out inline code and addresses; `text` reads everything. */
  readonly in: "prose" | "text";
}

/** Widths that lines keep to, by what holds the English. */
export const widths = { markdown: 120, code: 100 } as const;

/** The words that may open a question and no other sentence. */
export const openers = /\b(?:Of|Who|Whose|What|Where)\b/g;

/** Matches the text before a sentence: nothing, another sentence, a list's mark or a blank line. */
export const beforeSentence = /(?:^|[.!?]["')*_\]]*\s|\n\s*[-*]\s|\n\s*\n)[\s"'(*_[>]*$/;

/** Ends a sentence; a question mark makes it a question. */
export const sentenceEnd = /[.!?](?=["')*_\]]*(?:\s|$))/g;

export const openerRule = {
  rule: "no sentence opens with Of, Who, Whose, What or Where unless it asks",
  instead: "subject first; name the actor; `if` or `when` for a condition",
} as const;

/** A phrase of prose. Its spaces may be line breaks with the marks of a comment or a quote. */
function word(phrase: string, instead: string): Rule {
  const pattern = phrase.replaceAll(" ", "[\\s/*>]+");
  return {
    pattern: new RegExp(`\\b(?:${pattern})\\b`, "gi"),
    rule: "the house's words",
    instead,
    in: "prose",
  };
}

/** A word or name that was struck: searched in code as well, upper and lower case told apart. */
function struck(pattern: string, instead: string): Rule {
  return { pattern: new RegExp(pattern, "g"), rule: "struck", instead, in: "text" };
}

export const rules: readonly Rule[] = [
  word("somebody(?:'s| else)?", "name the actor: a user, a member, another user"),
  word("nobody(?:'s| else)?", "name the actor: no user, no member"),
  word("but for", "except"),
  word("(?:not|no|never|nothing|n't|cannot)\\b[^.!?:;]{0,60}\\bany more(?! than\\b)", "no longer"),
  word("so many at once", "up to <number>"),

  struck("functions/(?:actions|data|handlers)/", "functions/<domain>/, functions/store/<domain>/"),
  struck("\\b[Ww]itness(?:es)?\\b", "tracked readers"),
  struck("\\b(?:un|re)told\\b", "needsNotice; delivered again"),
  struck("\\b[Ee]nlist(?:s|ed|ing)?\\b", "addConnected"),
  struck("\\b[Uu]nlist(?:s|ed|ing|Member)?\\b", "removeConnected"),
  struck("[Cc]ensus(?:es)?\\b", "member counts"),
  struck(
    "\\bsettle(?:Role|Listing|Departure)\\b",
    "reconcileRole, reconcilePublicListing, reconcileOnlineEntry, afterDeparture",
  ),
  struck("\\bsettle-(?:role|listing|departure)\\b", "reconcile, departures"),
  struck("\\bpay(?:Now|Ahead)\\b", "chargeNow, chargeAhead"),
  struck("\\bbucketOf\\b", "rateBucket"),
  struck("\\binTurn\\b|\\bin-turn\\b", "runExclusive"),
  struck("\\bgetTogether\\b", "batchGet"),
  struck("\\b[a-z]+Stretch(?:es|Away)?\\b|\\b[Ss]tretch(?:es)?\\b", "unread notice; claimNotice"),
  struck("\\b(?:are|is)Apart\\b", "areBlocked, isBlocked"),
  struck("\\bhidesFrom\\b|\\bhiddenSince\\b", "blockedUsers, blockedSince"),
  struck("\\bnotify(?:Room\\w*|Updated|Deleted|Reaction)\\b", "publish..."),
  struck("\\b[Ff]ollowers?\\b|\\bfollow-(?!up)[a-z]|\\bfollow[A-Z]\\w*", "stream handler; onX"),
  struck("\\banswer-?[Hh]ello\\b", "resume"),
  struck("\\blist-?[Mm]oved-?[Rr]ooms\\b", "listChangedRooms"),
  struck("\\bclaimed-?[Pp]rofile\\b", "profileFromClaims"),
  struck("\\bfree-?[Uu]sername\\b", "chooseUsername"),
  struck("\\btelling-?[Mm]essage\\b", "representative message"),
  struck("\\bhistory-?[Vv]iewers\\b", "history visibility"),
  struck("\\bseen-?[Aa]ddresses\\b", "e-mail visibility"),
  struck("\\bmentioned-?[Nn]ames\\b", "mentions and replies"),
  struck("\\bbeginnings\\b", "prefix terms"),
  struck("\\bput away\\b", "dismissed"),
  struck("\\bpacer\\b", "poll schedule"),
  struck("\\bfront-?[Dd]oor\\b", "gateway server"),
  struck("\\bdelayed-?[Ff]ile\\b", "debounced file"),
  struck("\\bplant-?[Ii]tems\\b", "seedItems"),
  struck("\\btold-again\\b", "interrupted deliveries"),
  struck("\\bchannels\\.md\\b", "the contract"),
];
