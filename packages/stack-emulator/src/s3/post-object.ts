import type { StoreResponse } from "../store.ts";
import type { Bucket } from "./bucket.ts";
import { verifyChecksums } from "./checksums.ts";
import { credentialScope, parseAmzDate, type SignatureContext } from "./credential.ts";
import { accessDenied, invalidArgument } from "./errors.ts";
import { type Form, parseForm } from "./form-data.ts";
import type { StoredObject } from "./object-files.ts";
import { requirePolicy } from "./post-policy.ts";
import { newObject } from "./put-object.ts";
import { header, type S3Request } from "./request.ts";
import { requirePolicySignature } from "./signature.ts";
import { parseTagging } from "./tagging.ts";
import { element, xmlDocument } from "./xml.ts";

/**
 * An upload by an HTML form: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
export async function postObject(
  request: S3Request,
  bucket: Bucket,
  context: SignatureContext,
  origin: string,
): Promise<StoreResponse> {
  const form = parseForm(request.body, header(request.headers, "content-type") ?? "");
  const fields = new Map(form.fields);
  const template = fields.get("key");
  if (template === undefined || template === "") {
    throw invalidArgument(
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
      "key",
      "",
    );
  }
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what S3 replaces, not a template.
  const placeholder = "${filename}";
  // S3 takes only what follows the last path separator of the file's name.
  const key = template.replaceAll(placeholder, form.fileName.replace(/^.*[\\/]/, ""));
  fields.set("key", key);

  await authenticateForm(form, context);
  const implied = new Map([["bucket", bucket.config.name]]);
  requirePolicy(fields.get("policy") ?? "", fields, implied, form.file.length, context.clock.now());

  const checksum = verifyChecksums(Object.fromEntries(fields), form.file);
  const object = newObject(
    key,
    new Map([...fields].filter(([name]) => name !== "x-amz-tagging")),
    checksum,
    context.clock.now(),
  );
  const tagging = fields.get("tagging");
  const tags = tagging === undefined ? {} : parseTagging(tagging);
  const stored = await bucket.put("ObjectCreated:Post", { ...object, tags }, form.file);
  return answer(stored, fields, bucket.config.name, origin);
}

/** Returns the signer of the form. Throws if it is unsigned: only a public bucket would take it. */
async function authenticateForm(form: Form, context: SignatureContext): Promise<string> {
  const { fields } = form;
  const policy = fields.get("policy");
  if (policy === undefined) throw accessDenied();
  const required = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined)
      throw invalidArgument(
        `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
        name,
        "",
      );
    return value;
  };
  if (required("x-amz-algorithm") !== "AWS4-HMAC-SHA256") {
    throw invalidArgument(
      'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"',
      "x-amz-algorithm",
      required("x-amz-algorithm"),
    );
  }
  const signature = required("x-amz-signature");
  const date = required("x-amz-date");
  const scope = credentialScope(required("x-amz-credential"), context);
  const signingDate = parseAmzDate(date);
  if (signingDate === undefined || !date.startsWith(scope.date)) {
    throw invalidArgument("X-Amz-Date must be formated via ISO8601 Long format", "x-amz-date", date);
  }
  await requirePolicySignature(policy, signature, scope, signingDate, context.region);
  return scope.accessKeyId;
}

function answer(
  object: StoredObject,
  fields: ReadonlyMap<string, string>,
  bucket: string,
  origin: string,
): StoreResponse {
  const location = `${origin}/${bucket}/${object.key.split("/").map(encodeURIComponent).join("/")}`;
  const headers = { etag: object.etag, location, "x-amz-server-side-encryption": "AES256" };
  const redirect = redirectUrl(fields.get("success_action_redirect") ?? fields.get("redirect"));
  if (redirect !== undefined) {
    redirect.searchParams.set("bucket", bucket);
    redirect.searchParams.set("key", object.key);
    redirect.searchParams.set("etag", object.etag);
    return { status: 303, headers: { ...headers, location: redirect.href }, body: "" };
  }
  // Any other value counts as 204.
  const status = fields.get("success_action_status");
  if (status === "200") return { status: 200, headers, body: "" };
  if (status !== "201") return { status: 204, headers, body: "" };
  const parts = [
    element("Location", location),
    element("Bucket", bucket),
    element("Key", object.key),
    element("ETag", object.etag),
  ];
  return {
    status: 201,
    headers: { ...headers, "content-type": "application/xml" },
    body: xmlDocument(`<PostResponse>${parts.join("")}</PostResponse>`),
  };
}

/** S3 ignores a redirect to what is not a URL. */
function redirectUrl(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
}
