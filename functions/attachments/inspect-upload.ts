import type { MediaType } from "../../contract/media-types.ts";
import { ApiError, invalidInput } from "../kernel/http/api-error.ts";
import type { FileFacts } from "../store/attachments/files.ts";
import type { ObjectHead } from "../store/attachments/objects.ts";
import { objectKeys } from "../store/table/keys.ts";

/** The number of bytes that are inspected: enough to find the kind of document in an archive. */
const headLength = 64 * 1024;

const cfb = ["application/x-cfb"];
const zip = ["application/zip"];

/**
 * Other types that the bytes of a type may be found to be: containers that several types share, and
 * names that the detector spells differently. Phones write 3GP and MP4 under each other's names:
 * both are ISO media, and players go by the content. A type that is missing here is found by its
 * own name.
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

/**
 * Returns whether a byte is a control character that does not occur in text.
 * https://mimesniff.spec.whatwg.org/#binary-data-byte
 */
function isBinary(byte: number): boolean {
  return byte <= 0x08 || byte === 0x0b || (byte >= 0x0e && byte <= 0x1a) || (byte >= 0x1c && byte <= 0x1f);
}

/**
 * Returns whether bytes are text. Text has no signature: it is UTF-8 without control characters. A
 * character that is cut off at the end is no error.
 */
function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return !bytes.some(isBinary);
  } catch {
    return false;
  }
}

/**
 * Types that are written as text but opened as documents. Any other match in text is chance: many
 * signatures are a few letters, and `BMI;Gewicht` begins like a bitmap.
 */
const documentsInText: readonly (string | undefined)[] = [
  "application/pdf",
  "application/rtf",
  "application/xml",
  "application/postscript",
  "application/eps",
];

/** Returns why the bytes are not of this type; undefined if they may be. */
async function lieOf(mediaType: string, bytes: Uint8Array): Promise<string | undefined> {
  const { fileTypeFromBuffer } = await import("file-type");
  const found = (await fileTypeFromBuffer(bytes))?.mime;
  if (mediaType.startsWith("text/")) {
    if (documentsInText.includes(found)) return `its bytes are ${found}`;
    return isText(bytes) ? undefined : "its bytes are not UTF-8 text";
  }
  if (found === undefined) return "its bytes are of no known type";
  // Safe: the type was validated against the list of types when the upload began.
  const allowed: readonly string[] = [mediaType, ...(foundAs[mediaType as MediaType] ?? [])];
  return allowed.includes(found) ? undefined : `its bytes are ${found}`;
}

/** An upload, and what its uploader declared. */
type Promised = Pick<FileFacts, "id" | "size" | "mediaType">;

/** Returns why an object is not what its upload declared; undefined if it is. */
async function flawOf(file: Promised, object: ObjectHead | "threat"): Promise<string | undefined> {
  if (object === "threat") return "it was found to be malware";
  if (object.size !== file.size) return `it has ${object.size} bytes, not ${file.size}`;
  if (object.mediaType !== file.mediaType) return `it was uploaded as ${object.mediaType}`;
  const lie = await lieOf(file.mediaType, object.bytes);
  return lie && `it was said to be ${file.mediaType}, but ${lie}`;
}

/**
 * Inspects uploaded bytes, and returns their ETag. Throws `conflict` if there are none yet, and
 * `invalid_input` if they are not what was declared. In the latter case it removes them, after
 * `forget` has removed the record of the upload.
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
