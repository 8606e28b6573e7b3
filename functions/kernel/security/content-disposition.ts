/** Whatever may not stand in a quoted string, or that a browser takes for an escape. */
const unsafe = /[^\x20-\x7e]|["%\\]/gu;

/** RFC 8187: what encodeURIComponent leaves and an extended value may not hold. */
function extended(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * The header by which a file is shown in place or saved under its name (RFC 6266): an approximation in ASCII for who
 * knows no better, and the name itself. Nothing in a name ends the header, or the value.
 */
export function contentDisposition(type: "inline" | "attachment", name: string): string {
  return `${type}; filename="${name.replace(unsafe, "_")}"; filename*=UTF-8''${extended(name)}`;
}
