import { maxFound, searchOperations } from "../search.ts";
import { describeOperations } from "./describe.ts";
import { noReadableRoom } from "./errors.ts";
import * as examples from "./examples.ts";

const howItFinds =
  "Finds messages by their words, the newest first. Every word of `q` must be in the message or in its " +
  "file's name. Case and accents do not matter. The last word may be the beginning of a longer one. " +
  "Words in quotes must follow each other. A message is found a moment after it was sent. Only the first " +
  "100 words of a message are searched, and `encrypted` messages are not. The commonest words of some " +
  "languages, such as `the`, `is`, `und` and `les`, find nothing by themselves. A `q` of several of them " +
  "is refused. A single one is taken for the beginning of a longer word. If `q` is only the beginning of " +
  "many words, the words that come first in the alphabet are searched first.";

const day = "RFC 3339, or a day of UTC, such as `2026-01-31`, which is included as a whole.";

const query = {
  q: { description: "The words to find, 1 to 100 characters.", example: "x-ray morning" },
  sender: {
    description: "Finds only messages of the user with this id. Default: of all users.",
    example: examples.ada,
  },
  from: {
    description: `Finds only messages from this time on: ${day} Default: no limit.`,
    example: "2026-01-01",
  },
  to: {
    description: `Finds only messages up to this time: ${day} Not before \`from\`. Default: no limit.`,
    example: "2026-01-31",
  },
  message_type: { description: "Finds only messages of this type. Default: of all types.", example: "image" },
  page_size: {
    description: `How many messages an answer has at most, 1 to ${maxFound}. Default: ${maxFound}.`,
    example: 20,
  },
  cursor: {
    description:
      "The place where the search goes on, up to 4,000 characters. The link of an answer sets it. " +
      "Default: from the newest message.",
    example: "kT3vQ0pZeyJwb3NpdGlvbiI6eyJhdCI6MTc2OTg1MTgwMDAwMH19",
  },
} as const;

const errors = {
  invalid_input: "A parameter is not valid, or `q` has no word that can be found.",
  invalid_cursor: "The cursor is of another search, or of another user.",
};

export const searchDescriptions = describeOperations(searchOperations, {
  searchMessages: {
    description:
      `${howItFinds} The 200 most recently active rooms are searched first, then the others, 200 at a ` +
      'time. If there may be more, a `Link` header with `rel="next"` leads there. An answer may be ' +
      "short, or empty, and have one.",
    query: {
      ...query,
      room: {
        description:
          "Searches only the room with this id: one of the caller's, or a public one. Default: all of " +
          "theirs.",
        example: examples.room,
      },
    },
    success: "The messages that were found, the newest first.",
    errors: { ...errors, forbidden: `With \`room\`: ${noReadableRoom}` },
  },
  searchRoomMessages: {
    description:
      `${howItFinds} \`count\` is how many messages were found so far, with those of earlier answers. If ` +
      "`next` is null, there are no more. An answer may be short, or empty, and have a `next`. " +
      "`previous` is always null.",
    query,
    success: "The messages that were found, the newest first.",
    errors: { ...errors, forbidden: noReadableRoom },
  },
});
