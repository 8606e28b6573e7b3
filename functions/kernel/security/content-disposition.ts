/** Characters that a quoted string may not contain, or that a browser takes for an escape. */
const unsafe = /[^\x20-\x7e]|["%\\]/gu;

/**
 * Encodes a name by RFC 8187: also the characters that encodeURIComponent leaves and an extended
 * value may not contain.
 */
function extended(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * Returns the header by which a file is shown in place or saved under its name (RFC 6266). It has
 * an approximation in ASCII for old clients, and the name itself. No name can end the value or the
 * header.
 */
export function contentDisposition(type: "inline" | "attachment", name: string): string {
  return `${type}; filename="${name.replace(unsafe, "_")}"; filename*=UTF-8''${extended(name)}`;
}
