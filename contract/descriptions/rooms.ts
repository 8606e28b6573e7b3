import { maxInitialParticipants, roomOperations } from "../rooms.ts";
import { describeObject, describeOperations } from "./describe.ts";
import { noReadableRoom, noRoom } from "./errors.ts";
import * as examples from "./examples.ts";
import { describePage } from "./pages.ts";
import { paging } from "./parameters.ts";

const name = { description: "The name, 1 to 100 characters.", example: "Ward 3" };
const description = {
  description: "The topic of the room, 1 to 1,000 characters.",
  example: "Handover and questions of ward 3",
};
const tags = {
  description: "Up to 20 tags of 1 to 50 characters each. A tag that is given twice is stored once.",
  example: ["surgery", "handover"],
};

/** The body of PATCH and PUT. */
const changes = {
  name: { ...name, description: `${name.description} Null removes it. Default: unchanged.` },
  description: {
    ...description,
    description: `${description.description} Null removes it. Default: unchanged.`,
  },
  tags: { ...tags, description: `${tags.description} They replace all tags. Default: unchanged.` },
};
const changesErrors = {
  forbidden: `${noRoom} Or the caller is not an admin of it, or the room is direct.`,
};

function permissionChanges(role: string) {
  return {
    description: `The permissions of ${role}. Default: unchanged.`,
    fields: {
      can_send: {
        description:
          "Whether the role may send, edit and restore messages, and upload files. Default: unchanged.",
        example: false,
      },
      can_view_history: {
        description: "Whether the role sees messages from before the member joined. Default: unchanged.",
        example: true,
      },
      can_add_members: {
        description: "Whether the role may add members. Default: unchanged.",
        example: true,
      },
      can_pin: {
        description: "Whether the role may pin and unpin messages. Default: unchanged.",
        example: false,
      },
    },
  };
}

const notAdmin = `${noRoom} Or the caller is not an admin of it.`;

export const roomDescriptions = describeOperations(roomOperations, {
  listRooms: {
    description: "Lists the rooms that the caller is in, the most recently active first.",
    query: paging,
    success: "A page of the caller's rooms.",
    errors: {},
  },
  createRoom: {
    description:
      "Creates a room. The caller becomes its admin. A `direct` room takes exactly one other " +
      "participant, and is the same as from `openDirectRoom`. Other rooms leave out users who block the " +
      "caller, and users whom the caller blocks. The answer does not say so.",
    body: {
      name: { ...name, description: `${name.description} A direct room stores none. Default: null.` },
      room_type: { description: "The type of the room. It never changes.", example: "group" },
      participant_ids: {
        description:
          `The ids of the other members, up to ${maxInitialParticipants.toLocaleString("en")}. The ` +
          "caller's own id and an id that is given twice change nothing. Default: none.",
        example: [examples.grace],
      },
      description: {
        ...description,
        description: `${description.description} A direct room stores none. Default: null.`,
      },
      tags: { ...tags, description: `${tags.description} A direct room stores none. Default: none.` },
    },
    success: "The new room.",
    repeated:
      "The direct room that existed, or the room that an earlier request with the same `Idempotency-Key` " +
      "created.",
    errors: {
      invalid_input:
        "A field is not valid, a direct room has not exactly one other participant, or an id is unknown.",
      forbidden:
        "The room is direct and one of the two users blocks the other. Or the caller has left the room " +
        "of this `Idempotency-Key`.",
      not_found: "The room is direct, and there is no user with this id.",
      conflict: "The room that was created with this `Idempotency-Key` was deleted.",
    },
  },
  openDirectRoom: {
    description:
      "Gets the direct room of the caller and another user, and creates it if there is none. A direct " +
      "room that was deleted is opened again, and is empty.",
    body: {
      user_id: { description: "The id of the other user, up to 128 characters.", example: examples.grace },
    },
    success: "The new room.",
    repeated: "The room that existed.",
    errors: {
      invalid_input: "The id is the caller's own, or is not valid.",
      forbidden: "There is no such room yet, and one of the two users blocks the other.",
      not_found: "There is no user with this id.",
    },
  },
  listPublicRooms: {
    description:
      "Lists the public rooms by name, whether or not the caller is in them. Archived rooms are left out.",
    query: {
      ...paging,
      q: {
        description:
          "Lists only rooms whose name contains each of these words, regardless of case and accents. 1 " +
          "to 100 characters. Default: all public rooms.",
        example: "ward",
      },
    },
    success: "A page of the public rooms.",
    errors: {},
  },
  getRoom: {
    description: "Gets a room that the caller is in, or a public room.",
    success: "The room.",
    errors: { forbidden: noReadableRoom },
  },
  updateRoom: {
    description:
      "Changes the name, the description or the tags of a room. Only its admins may. Fields that are " +
      "left out stay as they are.",
    body: changes,
    success: "The room, as changed.",
    errors: changesErrors,
  },
  replaceRoom: {
    description:
      "The same as PATCH, for clients that update with PUT. Fields that are left out stay as they are " +
      "here, too.",
    body: changes,
    success: "The room, as changed.",
    errors: changesErrors,
  },
  deleteRoom: {
    description:
      "Deletes a room for all its members at once. Only its admins may, and both members of a direct " +
      "room. A direct room that is opened again is empty.",
    success: "The room is deleted.",
    errors: { forbidden: notAdmin },
  },
  joinRoom: {
    description:
      "Makes the caller a member of a public room. Nothing in it is unread to a new member. At first " +
      "they may send one message, then as fast as the rate limit allows. A burst builds up with time. A " +
      "member who joins again changes nothing.",
    success: "The room.",
    errors: { forbidden: `${noReadableRoom} Or the room is archived.` },
  },
  leaveRoom: {
    description:
      "Ends the caller's membership of a room that is not direct. If the last admin leaves, the " +
      "longest-standing member becomes an admin. When the last member leaves a room that is not public, " +
      "the room is deleted.",
    success: "The caller has left the room.",
    errors: { forbidden: `${noRoom} Or the room is direct: delete it instead.` },
  },
  archiveRoom: {
    description:
      "Archives a room: members can read it, and it takes no messages and no changes of messages. Only " +
      "its admins may, and both members of a direct room.",
    success: "The room, as changed.",
    errors: { forbidden: `${notAdmin} Or one of a direct room's two members blocks the other.` },
  },
  activateRoom: {
    description:
      "Takes a room out of the archive, so that it takes messages again. Only its admins may, and both " +
      "members of a direct room.",
    success: "The room, as changed.",
    errors: { forbidden: `${notAdmin} Or one of a direct room's two members blocks the other.` },
  },
  updatePermissions: {
    description:
      "Changes what each role may do in a room. Only its admins may. Permissions that are left out stay " +
      "as they are. Renaming, archiving and deleting the room, and changing roles, always stay with its " +
      "admins.",
    body: { admin: permissionChanges("admins"), member: permissionChanges("members who are not admins") },
    success: "The room, as changed.",
    errors: {
      forbidden: `${notAdmin} Or the room is direct.`,
      conflict: "Others changed the permissions at the same time: try again.",
    },
  },
  updateNotifications: {
    description:
      "Changes whether a room notifies the caller. It changes nothing for other members. Emergencies " +
      "always notify.",
    body: {
      enabled: { description: "Whether the room notifies the caller. Default: unchanged.", example: true },
      muted_until: {
        description:
          "Mutes the room until this time. RFC 3339, in any zone. Null ends the mute. Default: unchanged.",
        example: examples.later,
      },
    },
    success: "The room, as changed.",
    errors: { forbidden: noRoom },
  },
  searchRooms: {
    description:
      "Finds the caller's rooms by their name, their tags and their participants. Each word of `q` must " +
      "be part of one of them, regardless of case and accents. Participants are found by display name, " +
      "full name, username and e-mail address. The search covers the other member of every direct room. " +
      "In other rooms it covers up to 200 participants each, and up to 1,000 users in all. The most " +
      "recently active rooms come first.",
    query: {
      q: { description: "The words to find, 1 to 100 characters.", example: "ward handover" },
    },
    success:
      "Up to 50 rooms, the most recently active first; fewer if they have more than about 4.5 MB together.",
    errors: {},
  },
});

export const roomSchemas = [
  describePage(roomOperations.listRooms.success.schema, {
    page: "A page of rooms.",
    count: "How many rooms the list has, on all pages.",
    results: "The rooms of this page. Each shows up to 20 participants.",
  }),
  describeObject(() => roomOperations.leaveRoom.success.schema(), {
    description: "The caller has left a room.",
    fields: { status: { description: "Always `left room`.", example: "left room" } },
  }),
];
