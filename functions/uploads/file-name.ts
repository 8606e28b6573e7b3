import type { MediaType } from "../../contract/media-types.ts";
import { invalidInput } from "../kernel/http/api-error.ts";

/** The extensions of each type. */
const extensions: Readonly<Record<MediaType, readonly string[]>> = {
  "image/jpeg": ["jpg", "jpeg", "jpe", "jfif"],
  "image/png": ["png", "apng"],
  "image/gif": ["gif"],
  "image/webp": ["webp"],
  "image/avif": ["avif"],
  "image/heic": ["heic", "heif", "hif"],
  "image/heif": ["heif", "heic", "hif"],
  "audio/mpeg": ["mp3", "mpga", "mp2"],
  "audio/mp4": ["m4a", "mp4", "m4b", "3gp"],
  "audio/x-m4a": ["m4a", "mp4", "m4b", "3gp"],
  "audio/aac": ["aac"],
  "audio/ogg": ["ogg", "oga", "opus"],
  "audio/webm": ["webm", "weba"],
  "audio/wav": ["wav"],
  "audio/x-wav": ["wav"],
  "audio/flac": ["flac"],
  "audio/amr": ["amr"],
  "video/mp4": ["mp4", "m4v", "3gp"],
  "video/webm": ["webm"],
  "video/quicktime": ["mov", "qt"],
  "video/3gpp": ["3gp", "3gpp", "3g2", "mp4"],
  "application/pdf": ["pdf"],
  "application/rtf": ["rtf", "doc"],
  "application/msword": ["doc", "dot"],
  "application/vnd.ms-excel": ["xls", "xlt"],
  "application/vnd.ms-powerpoint": ["ppt", "pps", "pot"],
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ["docx"],
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ["xlsx"],
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": ["pptx"],
  "application/vnd.oasis.opendocument.text": ["odt"],
  "application/vnd.oasis.opendocument.spreadsheet": ["ods"],
  "application/vnd.oasis.opendocument.presentation": ["odp"],
  "application/zip": ["zip"],
  "application/dicom": ["dcm", "dicom"],
  "text/plain": ["txt", "text", "csv"],
  "text/csv": ["csv", "txt"],
};

const known = new Set(Object.values(extensions).flat());

/**
 * Extensions of files that some system runs, installs or opens as a page on a click. The declared
 * type of such a file does not matter. Mail programs refuse most of them too.
 * https://support.microsoft.com/en-us/office/blocked-attachments-in-outlook-434752e1-02d3-4e90-9124-8b81e49a8519
 */
const active = new Set(
  [
    "ade adp apk app appimage application appref-ms appx appxbundle asp aspx bas bash bat chm cmd com",
    "command cpl csh deb desktop diagcab dll dmg docm dotm exe fxp gadget hlp hpj hta htc htm html img inf",
    "ins iso isp jar jnlp job js jse jsp ksh lnk mad maf mag mam maq mar mas mat mau mav maw mcf mda mdb mde mdt mdw",
    "mdz mht mhtml mjs msc msh msi msix msixbundle msp mst msu ocx php pif pkg pl potm ppam ppsm pptm",
    "prg printerexport ps1 ps1xml ps2 psc1 psd1 psm1 py pyc pyo pyw pyz pyzw rb reg rpm run scf scr sct",
    "settingcontent-ms sh shb shs shtml sldm svg svgz swf sys tcsh url vb vbe vbp vbs vhd vhdx vsmacros vxd",
    "webpnp website ws wsb wsc wsf wsh xbap xhtml xht xla xlam xll xlsb xlsm xltm xnk xps xsl xslt zsh",
  ].flatMap((line) => line.split(" ")),
);

/**
 * Returns what follows a name's last dot, as systems read it. Some systems leave out invisible
 * characters, and dots and spaces at the end.
 */
function extensionOf(name: string): string {
  const seen = name
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "")
    .normalize("NFKC")
    .replace(/[.\s]+$/u, "");
  return seen.includes(".") ? seen.slice(seen.lastIndexOf(".") + 1).toLowerCase() : "";
}

/**
 * Throws `invalid_input` for a name that a system runs on a click, or that belongs to another type
 * of file.
 */
export function accessFileName(name: string, mediaType: MediaType): void {
  const extension = extensionOf(name);
  const allowed = extensions[mediaType];
  if (active.has(extension))
    throw invalidInput([
      { path: "file_name", message: `must not end in .${extension}, which is opened as a program or a page` },
    ]);
  if (known.has(extension) && !allowed.includes(extension))
    throw invalidInput([
      {
        path: "file_name",
        message: `must not end in .${extension}, but as ${mediaType} does: ${allowed.map((one) => `.${one}`).join(", ")}`,
      },
    ]);
}
