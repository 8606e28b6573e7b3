import { S3Error } from "./errors.ts";
import { element, innerXml, s3Namespace, textOf, xmlDocument } from "./xml.ts";

/** Tags from the header or form field `x-amz-tagging`, which is written like a query string. */
export function parseTagHeader(text: string): Record<string, string> {
  const tags = [...new URLSearchParams(text)];
  return checkTags(tags);
}

/**
 * Tags from a <Tagging> document:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html
 */
export function parseTagging(xml: string): Record<string, string> {
  const set = innerXml(xml, "TagSet")[0];
  if (set === undefined) throw malformedXml();
  const tags = innerXml(set, "Tag").map((tag): [string, string] => {
    const key = textOf(tag, "Key");
    if (key === undefined) throw malformedXml();
    return [key, textOf(tag, "Value") ?? ""];
  });
  return checkTags(tags);
}

export function taggingDocument(tags: Readonly<Record<string, string>>): string {
  const items = Object.entries(tags).map(
    ([key, value]) => `<Tag>${element("Key", key)}${element("Value", value)}</Tag>`,
  );
  return xmlDocument(`<Tagging ${s3Namespace}><TagSet>${items.join("")}</TagSet></Tagging>`);
}

/** Limits: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
function checkTags(tags: readonly [string, string][]): Record<string, string> {
  if (tags.length > 10) throw new S3Error(400, "BadRequest", "Object tags cannot be greater than 10");
  const seen = new Map<string, string>();
  for (const [key, value] of tags) {
    if (seen.has(key)) throw invalidTag("Cannot provide multiple Tags with the same key");
    if (key.length === 0 || key.length > 128) throw invalidTag("The TagKey you have provided is invalid");
    if (value.length > 256) throw invalidTag("The TagValue you have provided is invalid");
    seen.set(key, value);
  }
  return Object.fromEntries(seen);
}

const invalidTag = (message: string): S3Error => new S3Error(400, "InvalidTag", message);

export const malformedXml = (): S3Error =>
  new S3Error(
    400,
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );
