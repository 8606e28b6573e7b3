import { attachmentOperations, maxDuration, maxFileName, maxPixels } from "../attachments.ts";
import { type MediaKind, mediaTypes } from "../media-types.ts";
import { defaults } from "./defaults.ts";
import { describeOperations, type Variant } from "./describe.ts";
import { noRoom, noSending } from "./errors.ts";
import * as examples from "./examples.ts";

const begin =
  "The answer has the one request that stores the bytes. Send it, then `sendMessage` with the `file_id`. " +
  "A file that no message has within a day is removed.";

interface Kind {
  readonly kind: MediaKind;
  readonly operationId: string;
  /** The file, as the summary calls it. */
  readonly what: string;
  readonly megabytes: number;
  readonly body: Readonly<Record<string, { readonly example: unknown }>>;
}

function variant({ kind, operationId, what, megabytes, body }: Kind): Variant {
  return {
    operationId,
    summary: `Begin to upload ${what} for a room`,
    description: `The file may have up to ${megabytes} MB by default, a prop of the stack. ${begin}`,
    body: {
      ...body,
      media_type: { example: body.media_type?.example, values: mediaTypes[kind] },
    },
  };
}

/** The fields of a file that is not seen, or that takes no time. */
const noSize = { width: { example: null }, height: { example: null } };
const noTime = { duration: { example: null } };

const image = variant({
  kind: "image",
  operationId: "createImageUpload",
  what: "a picture",
  megabytes: defaults.maxImageMb,
  body: { media_type: { example: "image/png" }, ...noTime },
});

const audio = variant({
  kind: "audio",
  operationId: "createAudioUpload",
  what: "a sound recording",
  megabytes: defaults.maxAudioMb,
  body: {
    file_name: { example: "handover.m4a" },
    file_size: { example: 203_871 },
    media_type: { example: "audio/mp4" },
    ...noSize,
  },
});

const video = variant({
  kind: "video",
  operationId: "createVideoUpload",
  what: "a video",
  megabytes: defaults.maxVideoMb,
  body: {
    file_name: { example: "ultrasound.mp4" },
    file_size: { example: 8_313_472 },
    media_type: { example: "video/mp4" },
  },
});

const document = variant({
  kind: "file",
  operationId: "createFileUpload",
  what: "a document or any other file",
  megabytes: defaults.maxFileMb,
  body: {
    file_name: { example: "report.pdf" },
    file_size: { example: 91_204 },
    media_type: { example: "application/pdf" },
    ...noSize,
    ...noTime,
  },
});

const pixels = `1 to ${maxPixels.toLocaleString("en")}. The server does not check it. Default: not known.`;

export const attachmentDescriptions = describeOperations(attachmentOperations, {
  createUpload: {
    description: begin,
    variants: {
      parameter: "kind",
      each: { image, audio, video, file: document },
    },
    body: {
      file_name: {
        description:
          `The name of the file, 1 to ${maxFileName} characters, without a path. Its extension must fit ` +
          "the media type, or mean no other type. Extensions of programs and pages, such as `.exe` and " +
          "`.html`, are refused. Invisible characters are removed.",
        example: "x-ray.png",
      },
      file_size: { description: "The exact size of the file in bytes, from 1.", example: 482_133 },
      media_type: {
        description:
          "The media type of the file. Upper case, and parameters after a semicolon, are taken and dropped.",
        example: "image/png",
      },
      room: { description: "The id of the room that the file is for.", example: examples.room },
      width: { description: `The width of a picture or a video in pixels, ${pixels}`, example: 1200 },
      height: { description: `The height of a picture or a video in pixels, ${pixels}`, example: 900 },
      duration: {
        description:
          `The length of a recording in seconds, 0 to ${maxDuration.toLocaleString("en")} (a day). The ` +
          "server does not check it. Default: not known.",
        example: 12.5,
      },
    },
    success: "The upload, and the request that stores its bytes.",
    errors: {
      forbidden: `${noRoom} ${noSending}`,
      too_large: "The file is larger than this kind may be, or the body has more than 256 KB.",
    },
  },
  getUpload: {
    description:
      "Gets an upload. Its uploader sees it while it is pending, and every user who sees its message " +
      "sees it after that.",
    success: "The upload.",
    errors: { not_found: "There is no upload with this id that the caller may see." },
  },
  deleteUpload: {
    description:
      "Deletes an upload of the caller that no message has. The file of a message is removed with the " +
      "message.",
    success: "The upload is deleted.",
    errors: {
      not_found: "The caller has no upload with this id, or it has expired.",
      conflict: "A message has the file: delete the message.",
    },
  },
});
