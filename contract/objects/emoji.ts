import * as z from "zod";
import { deferred } from "../deferred.ts";

/** VARIATION SELECTOR-16: the character before it is shown as a picture, not as text. */
const picture = "\u{FE0F}";
// V8 reads out thousands of sequences when it makes this pattern: made at import, it takes a quarter of the SDK's own time.
const isEmoji = deferred(() => /^\p{RGI_Emoji}$/v);
const isTextByDefault = /^(?=\p{Emoji})\P{Emoji_Presentation}$/u;
const isModifier = /^\p{Emoji_Modifier}$/u;

/**
 * An emoji in its one full form, so that nobody counts "❤" and "❤️" apart: keyboards leave the variation selector out,
 * or put it where it does nothing. https://www.unicode.org/reports/tr51/#Emoji_Variation_Sequences
 */
const fullForm = (text: string): string => {
  const characters = [...text.replaceAll(picture, "")];
  return characters
    .map((character, at) =>
      isTextByDefault.test(character) && !isModifier.test(characters[at + 1] ?? "")
        ? character + picture
        : character,
    )
    .join("");
};

/** One emoji that Unicode recommends: a picture, a flag, a keycap, with skin tones, or joined to a sequence. */
export const emoji = deferred(() =>
  z
    .string()
    .max(64)
    .transform(fullForm)
    .refine((text) => isEmoji().test(text), { error: "must be one emoji" }),
);
