import { mediaTypes } from "../../media-types.ts";
import { attachment, mediaKind, newUpload, reportedAttachment, upload } from "../../objects/attachment.ts";
import { defaults } from "../defaults.ts";
import { describeObject, describeValue, type FieldsOf } from "../describe.ts";
import * as examples from "../examples.ts";

const url = "https://files.example.com/attachments/x-ray.png?X-Amz-Signature=8d3c";

const facts: FieldsOf<{
  file_id: string;
  file_name: string;
  file_size: number;
  media_type: string;
  width: number | null;
  height: number | null;
  duration: number | null;
}> = {
  file_id: { description: "The id of the file.", example: examples.file },
  file_name: { description: "The name of the file, 1 to 255 characters.", example: "x-ray.png" },
  file_size: { description: "The size of the file in bytes.", example: 482_133 },
  media_type: { description: "The media type of the file.", example: "image/png" },
  width: {
    description:
      "The width of a picture or a video in pixels, as its uploader gave it; null if they did not.",
    example: 1200,
  },
  height: {
    description:
      "The height of a picture or a video in pixels, as its uploader gave it; null if they did not.",
    example: 900,
  },
  duration: {
    description: "The length of a recording in seconds, as its uploader gave it; null if they did not.",
    example: 12.5,
  },
};

export const attachmentObjects = [
  describeValue(mediaKind, {
    description:
      "The kind of a file, which decides its media types and its size. The limits of size are props of " +
      `the stack. \`image\`: ${mediaTypes.image.join(", ")}; up to ${defaults.maxImageMb} MB by default. ` +
      `\`audio\`: ${mediaTypes.audio.join(", ")}; up to ${defaults.maxAudioMb} MB by default. \`video\`: ` +
      `${mediaTypes.video.join(", ")}; up to ${defaults.maxVideoMb} MB by default. \`file\`: all of ` +
      `these and documents; up to ${defaults.maxFileMb} MB by default.`,
    example: "image",
  }),
  describeObject(attachment, {
    description: "A file in a message.",
    example: { duration: null },
    fields: {
      ...facts,
      url: {
        description:
          "Downloads the file, without a token. It is valid for five minutes, or until the message " +
          "destroys itself. Get the message again for a fresh one.",
        example: url,
      },
    },
  }),
  describeObject(reportedAttachment, {
    description: "The file of a reported message.",
    example: { duration: null },
    fields: {
      ...facts,
      url: {
        description: "Downloads the file for five minutes. Null if the message no longer has the file.",
        example: url,
      },
    },
  }),
  describeObject(upload, {
    description: "An upload and its state.",
    example: { duration: null, expires_at: null },
    fields: {
      ...facts,
      room: { description: "The id of the room that the file is for.", example: examples.room },
      kind: { description: "The kind of the file.", example: "image" },
      status: {
        description: "`pending` until a message has the file, then `attached`.",
        example: "attached",
      },
      message_id: {
        description: "The id of the message that has the file. Null while the upload is pending.",
        example: examples.message,
      },
      url: {
        description: "Downloads the file for five minutes. Null while the upload is pending.",
        example: url,
      },
      created_at: { description: "When the upload began.", example: examples.time },
      expires_at: {
        description:
          "When a pending upload is removed, a day after it began. Null once a message has the file.",
        example: examples.nextDay,
      },
    },
  }),
  describeObject(newUpload, {
    description: "An upload that has begun, and the request that stores its bytes.",
    fields: {
      file_id: { description: "The id of the upload.", example: examples.file },
      upload: {
        description:
          "The request that stores the file. It succeeds once. The body is the file, of exactly the " +
          "announced size.",
        fields: {
          url: {
            description: "The URL to send the file to, without a token.",
            example: "https://files.example.com/pending/e43059ff?X-Amz-Expires=900&X-Amz-Signature=8d3c",
          },
          method: { description: "The method of the request.", example: "PUT" },
          headers: {
            description: "The headers of the request. Send them exactly like this: they are signed.",
            example: { "content-type": "image/png", "if-none-match": "*" },
          },
        },
      },
      expires_in: { description: "Seconds within which the upload must begin.", example: 900 },
    },
  }),
];
