import type { MediaType } from "../../contract/media-types.ts";
import { ApiError, invalidInput } from "../kernel/http/api-error.ts";
import type { FileFacts } from "../store/attachments/files.ts";
import type { ObjectHead } from "../store/attachments/objects.ts";
import { objectKeys } from "../store/table/keys.ts";

/** Bytes that are looked at: enough to find what kind of document an archive is. */
const headLength = 64 * 1024;

const cfb = ["application/x-cfb"];
const zip = ["application/zip"];

/**
 * What else the bytes of a type may be found to be: containers that several types share, and names that the detector
 * spells differently. Telephones write 3GP and MP4 into each other's names: both are ISO media, which players tell by what is in
 * it. A type that is not here is found by its own name.
 */
const foundAs: Partial<Record<MediaType, readonly string[]>> = {
  "image/png": ["image/apng"],
  "image/heic": ["image/heif", "image/heic-sequence", "image/heif-sequence"],
  "image/heif": ["image/heic", "image/heic-sequence", "image/heif-sequence"],
  "audio/mp4": ["audio/x-m4a", "video/mp4", "video/3gpp"],
  "audio/x-m4a": ["audio/mp4", "video/mp4", "video/3gpp"],
  "audio/ogg": ["audio/ogg; codecs=opus"],
  "audio/webm": ["video/webm"],
  "audio/x-wav": ["audio/wav"],
  "video/mp4": ["video/x-m4v", "video/3gpp"],
  "video/3gpp": ["video/3gpp2", "video/mp4"],
  "application/msword": cfb,
  "application/vnd.ms-excel": cfb,
  "application/vnd.ms-powerpoint": cfb,
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": zip,
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": zip,
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": zip,
  "application/vnd.oasis.opendocument.text": zip,
  "application/vnd.oasis.opendocument.spreadsheet": zip,
  "application/vnd.oasis.opendocument.presentation": zip,
};

/** The control characters that speak against text. https://mimesniff.spec.whatwg.org/#binary-data-byte */
function isBinary(byte: number): boolean {
  return byte <= 0x08 || byte === 0x0b || (byte >= 0x0e && byte <= 0x1a) || (byte >= 0x1c && byte <= 0x1f);
}

/** Text has no signature: it is UTF-8 without these. What is cut off in its last character is no error. */
function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return !bytes.some(isBinary);
  } catch {
    return false;
  }
}

/**
 * What is written as text, and is opened as more than that. Any other find among texts is chance: many signatures are a
 * few letters, and `BMI;Gewicht` begins as a bitmap does.
 */
const documentsInText: readonly (string | undefined)[] = [
  "application/pdf",
  "application/rtf",
  "application/xml",
  "application/postscript",
  "application/eps",
];

/** What speaks against bytes being of a type; undefined if nothing does. */
async function lieOf(mediaType: string, bytes: Uint8Array): Promise<string | undefined> {
  const { fileTypeFromBuffer } = await import("file-type");
  const found = (await fileTypeFromBuffer(bytes))?.mime;
  if (mediaType.startsWith("text/")) {
    if (documentsInText.includes(found)) return `its bytes are ${found}`;
    return isText(bytes) ? undefined : "its bytes are not UTF-8 text";
  }
  if (found === undefined) return "its bytes are of no known type";
  // Safe: the type was held against the list of types when the upload began.
  const allowed: readonly string[] = [mediaType, ...(foundAs[mediaType as MediaType] ?? [])];
  return allowed.includes(found) ? undefined : `its bytes are ${found}`;
}

/** An upload, and what was promised of it. */
type Promised = Pick<FileFacts, "id" | "size" | "mediaType">;

/** What speaks against an object being what its upload promised; undefined if nothing does. */
async function flawOf(file: Promised, object: ObjectHead | "threat"): Promise<string | undefined> {
  if (object === "threat") return "it was found to be malware";
  if (object.size !== file.size) return `it has ${object.size} bytes, not ${file.size}`;
  if (object.mediaType !== file.mediaType) return `it was uploaded as ${object.mediaType}`;
  const lie = await lieOf(file.mediaType, object.bytes);
  return lie && `it was said to be ${file.mediaType}, but ${lie}`;
}

/**
 * Looks at what was uploaded, and gives the ETag of the bytes that were seen. Throws `conflict` if there is nothing yet,
 * and `invalid_input` if it is not what it was said to be: then it is removed, after `forget` has removed what is noted of it.
 */
export async function inspectUpload(file: Promised, forget: () => Promise<unknown>): Promise<string> {
  const { deleteObject, getObjectHead } = await import("../store/attachments/objects.ts");
  const key = objectKeys.pending(file.id);
  const object = await getObjectHead(key, headLength);
  if (object === "absent")
    throw new ApiError(
      "conflict",
      "The file is not uploaded yet: PUT it to the URL that its upload began with, then send this request again.",
    );
  const flaw = await flawOf(file, object);
  if (object !== "threat" && flaw === undefined) return object.etag;
  await forget();
  await deleteObject(key);
  throw invalidInput([
    { path: "file_id", message: `The file is refused and removed, because ${flaw}: upload another one` },
  ]);
}
