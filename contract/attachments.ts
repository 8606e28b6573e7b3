import * as z from "zod";
import { deferred } from "./deferred.ts";
import { mediaTypes } from "./media-types.ts";
import { mediaKind, newUpload, upload } from "./objects/attachment.ts";
import { id, text } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

export const maxFileName = 255;
export const maxPixels = 100_000;
/** Seconds: a day. */
export const maxDuration = 24 * 60 * 60;

/**
 * Invisible characters that belong to no word. Characters that change the direction of text are not
 * among them: a name with one of those is refused.
 */
const unseen = /[\p{Default_Ignorable_Code_Point}--[\u200c\u200d\ufe00-\ufe0f\u202a-\u202e\u2066-\u2069]]/gv;

/** Joiners that join nothing: they have a meaning only in words and emoji. */
const looseJoiners = /(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}])[\u200c\u200d]+/gu;

function withoutUnseen(name: string): string {
  return name.replaceAll(unseen, "").replaceAll(looseJoiners, "");
}

/**
 * A name that every system takes for a file, and that looks like what it is. It has no path, no
 * control characters, and none of the characters that reverse the order of text, by which a program
 * can pass for `exe.jpg`. Invisible characters are removed.
 */
const fileName = deferred(() =>
  text(1, maxFileName, z.string().overwrite(withoutUnseen))
    .refine((name) => !/[/\\]/.test(name) && name !== "." && name !== "..", {
      error: "must be the name of a file, without a path",
    })
    // `text` already refuses NUL, and one problem has one sentence.
    .refine((name) => !/[[\p{Cc}--\0]\u2028\u2029\u202a-\u202e\u2066-\u2069]/v.test(name), {
      error: "must not hold control characters, line breaks or characters that change the direction of text",
    }),
);

/**
 * A media type without its parameters: browsers' recorders say `audio/webm;codecs=opus` for
 * `audio/webm`.
 */
const mediaType = deferred(() =>
  z
    .string()
    .overwrite((value) => (value.split(";")[0] ?? "").trim().toLowerCase())
    .pipe(z.enum(mediaTypes.file)),
);

export const uploadRequest = deferred(() =>
  z.object({
    file_name: fileName(),
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
    summary: "Delete an upload",
    auth: "user",
    params: fileParams,
    success: { status: 204, schema: null },
    errors: ["not_found", "conflict"],
  }),
};
