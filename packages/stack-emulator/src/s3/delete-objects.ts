import type { Bucket } from "./bucket.ts";
import { S3Error } from "./errors.ts";
import { header, type S3Request } from "./request.ts";
import { malformedXml } from "./tagging.ts";
import { element, innerXml, s3Namespace, textOf, xmlDocument } from "./xml.ts";

/** DeleteObjects: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export function deleteObjects(request: S3Request, bucket: Bucket): string {
  const verified = Object.keys(request.headers).some(
    (name) =>
      name === "content-md5" || (name.startsWith("x-amz-checksum-") && header(request.headers, name) !== ""),
  );
  if (!verified) {
    throw new S3Error(
      400,
      "InvalidRequest",
      "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
    );
  }
  const xml = request.body.toString("utf8");
  const keys = innerXml(xml, "Object").map((object) => textOf(object, "Key"));
  if (keys.length === 0 || keys.length > 1000) throw malformedXml();
  const deleted = keys.map((key) => {
    if (key === undefined || key === "") throw malformedXml();
    bucket.delete(key);
    return `<Deleted>${element("Key", key)}</Deleted>`;
  });
  const quiet = textOf(xml, "Quiet") === "true";
  return xmlDocument(`<DeleteResult ${s3Namespace}>${quiet ? "" : deleted.join("")}</DeleteResult>`);
}
