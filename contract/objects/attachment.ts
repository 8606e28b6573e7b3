import * as z from "zod";
import { deferred } from "../deferred.ts";
import { mediaKinds } from "../media-types.ts";
import { timestamp } from "./values.ts";

export const mediaKind = deferred(() => z.enum(mediaKinds));

/** Pixels of a picture, seconds of a recording: what the client said of it, which nobody has checked. */
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

/** A file in a message. `url` downloads it for five minutes, or until the message destroys itself; the message gives a fresh one whenever it is read. */
export const attachment = deferred(() => described().extend({ url: z.string() }).meta({ id: "Attachment" }));
export type Attachment = z.output<ReturnType<typeof attachment>>;

/** The file of a message as it was when it was reported. `url` downloads it for as long as the message has it, else null. */
export const reportedAttachment = deferred(() =>
  described().extend({ url: z.string().nullable() }).meta({ id: "ReportedAttachment" }),
);

/** An upload as it stands: until it is in a message it has no message and no URL, and expires. */
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

/** Where the bytes go: one request with exactly these headers, which are signed. */
export const newUpload = deferred(() =>
  z
    .object({
      file_id: z.string(),
      upload: z.object({
        url: z.string(),
        method: z.literal("PUT"),
        headers: z.record(z.string(), z.string()),
      }),
      /** Seconds in which the upload must begin. */
      expires_in: z.int(),
    })
    .meta({ id: "NewUpload" }),
);
