import * as z from "zod";
import { deferred } from "../deferred.ts";

/** VARIATION SELECTOR-16: shows the character before it as a picture, not as text. */
const picture = "\u{FE0F}";
// V8 expands this pattern to thousands of sequences. Made at import, it would take a quarter of the
// time that the SDK takes.
const isEmoji = deferred(() => /^\p{RGI_Emoji}$/v);
const isTextByDefault = /^(?=\p{Emoji})\P{Emoji_Presentation}$/u;
const isModifier = /^\p{Emoji_Modifier}$/u;

/**
 * Returns an emoji in its one full form, so that "❤" and "❤️" count as the same reaction. Some
 * keyboards leave the variation selector out, and some put it where it does nothing.
 * https://www.unicode.org/reports/tr51/#Emoji_Variation_Sequences
 */
function fullForm(text: string): string {
  const characters = [...text.replaceAll(picture, "")];
  return characters
    .map((character, at) =>
      isTextByDefault.test(character) && !isModifier.test(characters[at + 1] ?? "")
        ? character + picture
        : character,
    )
    .join("");
}

/**
 * One emoji that Unicode recommends: a picture, a flag or a keycap, perhaps with a skin tone, or
 * several joined into one.
 */
export const emoji = deferred(() =>
  z
    .string()
    .max(64)
    .transform(fullForm)
    .refine((text) => isEmoji().test(text), { error: "must be one emoji" }),
);
