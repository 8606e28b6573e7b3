import { type User, user } from "../../objects/user.ts";
import { describeObject, type FieldsOf } from "../describe.ts";
import * as examples from "../examples.ts";

export const userFields: FieldsOf<User> = {
  id: { description: "The id of the user.", example: examples.ada },
  username: {
    description:
      "The unique name of the user, 1 to 50 characters. `@username` in a message mentions its user.",
    example: "ada",
  },
  email: {
    description:
      "The e-mail address. The caller sees their own, those of their contacts, and those of users who " +
      "share a room with them. Otherwise it is null. In a room, its messages and its notifications, " +
      "members see the addresses of members only.",
    example: "ada@example.com",
  },
  display_name: {
    description: "The name to show. If the user has not set one, it is the full name, or else the username.",
    example: "Ada",
  },
  full_name: {
    description: "First and last name, separated by a space. Null if the user has neither.",
    example: "Ada Lovelace",
  },
  first_name: { description: "The first name, or null.", example: "Ada" },
  last_name: { description: "The last name, or null.", example: "Lovelace" },
  profile_picture: {
    description: "The URL of the profile picture, or null.",
    example: examples.avatarUrl,
  },
  clerk_profile_image_url: {
    description: "The same as `profile_picture`, under the name that some clients ask for.",
    example: examples.avatarUrl,
  },
  bio: { description: "A text of the user about themselves, or null.", example: "On call on weekdays." },
  specialization: { description: "The field that the user works in, or null.", example: "Radiology" },
  institution: {
    description: "The institution that the user belongs to, or null.",
    example: "City Hospital",
  },
  role: { description: "The user's profession or position, or null.", example: "Doctor" },
  is_verified: {
    description:
      "Whether an administrator has verified who the user is. It becomes false when the user changes a " +
      "name, `role`, `institution` or `specialization`.",
    example: true,
  },
  is_online: {
    description:
      "Whether the user is online: they have an open WebSocket, or sent a heartbeat in the last five " +
      "minutes. False after they went offline, and if one of the caller and the user blocks the other.",
    example: true,
  },
  last_seen: {
    description:
      "When the user last came online, went offline or sent a heartbeat; null if never. If one of the " +
      "caller and the user blocks the other, it is not later than the block.",
    example: examples.time,
  },
};

export const userObjects = [
  describeObject(user, { description: "A user, as the caller sees them.", fields: userFields }),
];
