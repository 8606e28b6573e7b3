import type { Request } from "./types.ts";

/** The signer of a request and the service, as the request names them: nothing is verified here. */
interface Credential {
  readonly accessKeyId: string;
  readonly service: string;
  /** Signed earlier, for someone else to send. */
  readonly presigned: boolean;
}

const inHeader = /Credential=([^/,\s]+)\/\d{8}\/[^/]*\/([^/]+)\/aws4_request/;
const inQuery = /[?&]X-Amz-Credential=([^&]+)/i;
const inForm = /name="?x-amz-credential"?\r?\n(?:[^\r\n]+\r?\n)*\r?\n([^\r\n]+)/i;

/**
 * The credential of an Authorization header, of a presigned URL or of a presigned form.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 */
export function readCredential(request: Request): Credential | undefined {
  const [, accessKeyId, service] = inHeader.exec(request.headers.authorization ?? "") ?? [];
  if (accessKeyId && service) return { accessKeyId, service, presigned: false };
  const query = inQuery.exec(request.url)?.[1];
  if (query) return readScope(decode(query));
  if (request.headers["content-type"]?.startsWith("multipart/form-data")) {
    // The form's fields come before the file.
    const form = inForm.exec(request.body.subarray(0, 65_536).toString("latin1"))?.[1];
    return form ? readScope(form) : undefined;
  }
  return undefined;
}

function readScope(scope: string): Credential | undefined {
  const [accessKeyId, , , service] = scope.split("/");
  return accessKeyId && service ? { accessKeyId, service, presigned: true } : undefined;
}

/** The text, percent-decoded if it can be: what cannot be read as a credential is none. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
