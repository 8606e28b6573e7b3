/**
 * Words that stand in every other message, and for which no user searches alone. No message is
 * found by one of them alone, which saves about a third of the cost of the search index. Among
 * other words, and in quotes, they are compared with the message itself. A word with a meaning in
 * another language is not among them, such as German `die`, `war` and `hat`.
 */
export const common: ReadonlySet<string> = new Set(
  [
    // The rests of words such as `don't`, `we'll` and `l'eau`, and of addresses.
    "s t m d ll re ve don l j c n qu http https www",
    "a an and are as at be been but by can could did do does for from had has have he her him his how i if in into is it its",
    "just me my no not of on or our out she so some that the their them then there they this to too up us was we were",
    "what when which who will with would you your",
    "aber als auch auf aus bei das dass dem den der des du ein eine einen einem einer er es fur ich ihr im ist kann mich mir",
    "mit nach nicht noch nur oder sein sich sie sind so und uns von vor wenn wie wir zu zum zur",
    "ce ces cette dans de elle en est et il ils je la le les leur lui mais ne nous ou par pas que qui sa se ses sur tu un",
    "une vous",
    "al como con del el ella ellos esta este esto las lo los mas mi nos para pero por su te una uno y ya yo",
    "ao da dos em ela ele eu foi isso mas na nao nas os ou pela pelo sao seu sua um uma voce",
    "bir bu da icin ile mi ne ve",
  ].flatMap((line) => line.split(" ")),
);
