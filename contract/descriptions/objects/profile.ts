import type * as z from "zod";
import { type profileFields, profileLimits } from "../../objects/profile.ts";
import type { FieldsOf } from "../describe.ts";

/** The fields of a profile that its user sets, in a body in which each of them has this default. */
export function describeProfileFields(
  initial: "none" | "unchanged",
): FieldsOf<z.input<ReturnType<typeof profileFields>>> {
  const text = (what: string, field: keyof typeof profileLimits): string =>
    `${what}, 1 to ${profileLimits[field]} characters. Null stands for none. Default: ${initial}.`;
  return {
    display_name: { description: text("The name to show", "display_name"), example: "Ada" },
    first_name: { description: text("The first name", "first_name"), example: "Ada" },
    last_name: { description: text("The last name", "last_name"), example: "Lovelace" },
    profile_picture: {
      description:
        "The http or https URL of a picture, up to 1,024 characters. Null stands for none. To upload a " +
        `picture instead, see \`createAvatarUpload\`. Default: ${initial}.`,
      example: "https://www.example.com/pictures/ada.png",
    },
    bio: { description: text("A text of the user about themselves", "bio"), example: "On call on weekdays." },
    specialization: {
      description: text("The field that the user works in", "specialization"),
      example: "Radiology",
    },
    institution: {
      description: text("The institution that the user belongs to", "institution"),
      example: "City Hospital",
    },
    role: { description: text("The user's profession or position", "role"), example: "Doctor" },
  };
}
