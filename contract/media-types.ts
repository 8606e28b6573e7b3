/** The kinds of files. The kind of a file is also the type of the message that carries it. */
export const mediaKinds = ["image", "file", "audio", "video"] as const;
export type MediaKind = (typeof mediaKinds)[number];

const image = [
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/heic",
  "image/heif",
] as const;

const audio = [
  "audio/mpeg",
  "audio/mp4",
  "audio/x-m4a",
  "audio/aac",
  "audio/ogg",
  "audio/webm",
  "audio/wav",
  "audio/x-wav",
  "audio/flac",
  "audio/amr",
] as const;

const video = ["video/mp4", "video/webm", "video/quicktime", "video/3gpp"] as const;

const documents = [
  "application/pdf",
  "application/rtf",
  "application/msword",
  "application/vnd.ms-excel",
  "application/vnd.ms-powerpoint",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  "application/vnd.oasis.opendocument.text",
  "application/vnd.oasis.opendocument.spreadsheet",
  "application/vnd.oasis.opendocument.presentation",
  "application/zip",
  "application/dicom",
  "text/plain",
  "text/csv",
] as const;

const every = [...image, ...audio, ...video, ...documents] as const;
export type MediaType = (typeof every)[number];

/**
 * The media types that each kind takes. A browser that opens one of them runs nothing: there is no
 * HTML, no SVG and no script among them. A `file` may also be a picture or a recording that its
 * sender does not want shown in place.
 */
export const mediaTypes: Readonly<Record<MediaKind, readonly MediaType[]>> = {
  image,
  audio,
  video,
  file: every,
};
