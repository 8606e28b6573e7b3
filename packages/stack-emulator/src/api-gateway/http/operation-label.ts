/** A UUID, perhaps with a number after it or a digest before it; or a ULID. */
const ID = /^(([\w-]{22}\.)?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}(-\d+)?|[0-9A-HJKMNP-TV-Z]{26})$/i;

/**
 * The name of a request on the meter: `POST /notes/{id}/comments`, whatever the ids and
 * the last slash.
 */
export function operationLabel(method: string, path: string): string {
  const segments = path.split("/").map((segment) => (ID.test(segment) ? "{id}" : segment));
  return `${method} ${segments.join("/").replace(/(.)\/$/, "$1")}`;
}
