import * as z from "zod";
import { deferred } from "./deferred.ts";
import { mediaTypes } from "./media-types.ts";
import { mediaKind, newUpload, upload } from "./objects/attachment.ts";
import { id, text } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

const maxFileName = 255;
const maxPixels = 100_000;
/** Seconds: a day. */
const maxDuration = 24 * 60 * 60;

/** What nobody sees and no word is written with. What turns text around is not among it: that is refused. */
const unseen = /[\p{Default_Ignorable_Code_Point}--[\u200c\u200d\ufe00-\ufe0f\u202a-\u202e\u2066-\u2069]]/gv;

/** Joiners are part of words and emoji, and nothing anywhere else. */
const looseJoiners = /(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]+/gu;

const withoutUnseen = (name: string): string => name.replaceAll(unseen, "").replaceAll(looseJoiners, "");

/**
 * A name that every system takes for a file, and that looks like what it is: without a path, control characters, and
 * the characters that reverse the order of what follows, by which `exe.jpg` passes for a picture. What cannot be seen is
 * left out.
 */
const fileName = deferred(() =>
  text(1, maxFileName, z.string().overwrite(withoutUnseen))
    .refine((name) => !/[/\\]/.test(name) && name !== "." && name !== "..", {
      error: "must be the name of a file, without a path",
    })
    // NUL no text may hold: one problem has one sentence.
    .refine((name) => !/[[\p{Cc}--\0]\u2028\u2029\u202a-\u202e\u2066-\u2069]/v.test(name), {
      error: "must not hold control characters, line breaks or characters that change the direction of text",
    }),
);

/** `audio/webm;codecs=opus`, as recorders in browsers call it, is `audio/webm`. */
const mediaType = deferred(() =>
  z
    .string()
    .overwrite((value) => (value.split(";")[0] ?? "").trim().toLowerCase())
    .pipe(z.enum(mediaTypes.file)),
);

export const uploadRequest = deferred(() =>
  z.object({
    file_name: fileName(),
    /** Bytes, exactly. */
    file_size: z.int().min(1),
    media_type: mediaType(),
    room: id(),
    width: z.int().min(1).max(maxPixels).nullish(),
    height: z.int().min(1).max(maxPixels).nullish(),
    duration: z.number().min(0).max(maxDuration).nullish(),
  }),
);
export type UploadRequest = z.output<ReturnType<typeof uploadRequest>>;

const fileParams = deferred(() => z.object({ file_id: id() }));

export const attachmentOperations = {
  createUpload: defineOperation({
    id: "createUpload",
    area: "attachments",
    method: "POST",
    path: "/api/chat/upload/{kind}",
    summary: "Begin to upload a file for a room",
    description:
      "`file_name` ends as files of its `media_type` do, or in nothing that names another type; names of programs and pages (`.exe`, `.html`) are refused, and characters that cannot be seen are left out. Answers with a URL that takes the file once: a PUT of exactly `file_size` bytes with the headers given. Then a message in that room is sent with `file_id`. A file that no message took is removed after a day.",
    auth: "user",
    params: deferred(() => z.object({ kind: mediaKind() })),
    body: uploadRequest,
    success: { status: 201, schema: newUpload },
    errors: ["forbidden"],
  }),
  getUpload: defineOperation({
    id: "getUpload",
    area: "attachments",
    method: "GET",
    path: "/api/chat/upload/{file_id}",
    summary: "Get an upload",
    description:
      "Its uploader sees it until it is in a message, and then everybody who sees the message. There is no URL before it is in one.",
    auth: "user",
    params: fileParams,
    success: { status: 200, schema: upload },
    errors: ["not_found"],
  }),
  deleteUpload: defineOperation({
    id: "deleteUpload",
    area: "attachments",
    method: "DELETE",
    path: "/api/chat/upload/{file_id}",
    summary: "Delete an upload that is in no message",
    description: "A file in a message goes with the message.",
    auth: "user",
    params: fileParams,
    success: { status: 204, schema: null },
    errors: ["not_found", "conflict"],
  }),
};
