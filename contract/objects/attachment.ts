import * as z from "zod";
import { deferred } from "../deferred.ts";
import { mediaKinds } from "../media-types.ts";
import { timestamp } from "./values.ts";

export const mediaKind = deferred(() => z.enum(mediaKinds).meta({ id: "MediaKind" }));

/**
 * Pixels of a picture and seconds of a recording, as the client gave them. The server does not
 * check them.
 */
const dimensions = deferred(() =>
  z.object({
    width: z.int().nullable(),
    height: z.int().nullable(),
    duration: z.number().nullable(),
  }),
);

const described = deferred(() =>
  z.object({
    file_id: z.string(),
    file_name: z.string(),
    file_size: z.int(),
    media_type: z.string(),
    ...dimensions().shape,
  }),
);

/**
 * A file in a message. `url` downloads it for five minutes, or until the message destroys itself if
 * that is sooner. Each time the message is read, it has a fresh URL.
 */
export const attachment = deferred(() => described().extend({ url: z.string() }).meta({ id: "Attachment" }));
export type Attachment = z.output<ReturnType<typeof attachment>>;

/**
 * A message's file as it was when the message was reported. `url` is null once the message has lost
 * the file.
 */
export const reportedAttachment = deferred(() =>
  described().extend({ url: z.string().nullable() }).meta({ id: "ReportedAttachment" }),
);

/**
 * An upload and its state. Until a message has it, it has no message id and no URL, and it expires.
 */
export const upload = deferred(() =>
  described()
    .extend({
      room: z.string(),
      kind: mediaKind(),
      status: z.enum(["pending", "attached"]),
      message_id: z.string().nullable(),
      url: z.string().nullable(),
      created_at: timestamp(),
      expires_at: timestamp().nullable(),
    })
    .meta({ id: "Upload" }),
);
export type Upload = z.output<ReturnType<typeof upload>>;

/**
 * The one request that stores the bytes. It must have exactly these headers, because they are
 * signed.
 */
export const newUpload = deferred(() =>
  z
    .object({
      file_id: z.string(),
      upload: z.object({
        url: z.string(),
        method: z.literal("PUT"),
        headers: z.record(z.string(), z.string()),
      }),
      expires_in: z.int(),
    })
    .meta({ id: "NewUpload" }),
);
