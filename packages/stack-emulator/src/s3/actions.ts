import { listConditions } from "./conditions.ts";
import { parseForm } from "./form-data.ts";
import { copySource, header, type S3Request } from "./request.ts";
import { innerXml, textOf } from "./xml.ts";

/**
 * An action on a bucket or an object. `context` gives the values of condition keys, by their names
 * in lower case.
 */
export interface S3Need {
  readonly action: string;
  readonly resource: string;
  readonly context?: () => Readonly<Record<string, readonly string[]>>;
}

/** A request in the terms of IAM: who, which action, on what. */
export interface S3Call {
  readonly accessKeyId: string | undefined;
  /**
   * The API's name, such as `PutObject` or `PostObject`; what it doesn't know is the method and
   * subresource.
   */
  readonly action: string;
  /**
   * The IAM actions it takes, each with its resource: a copy reads one object and writes another.
   */
  readonly needs: readonly S3Need[];
  readonly bucket: string;
  readonly key: string;
}

/**
 * Which API a request calls. IAM's names differ for some:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export function actionOf(request: S3Request): S3Call {
  const { bucket, method } = request;
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const form =
    request.key === "" && method === "POST" && !request.query.has("delete") ? formOf(request) : undefined;
  const key = form?.get("key") ?? request.key;
  const objectArn = `${bucketArn}/${key}`;
  const call = (action: string, ...needs: [string, string][]): S3Call => ({
    accessKeyId: accessKeyIdOf(request, form),
    action,
    needs: needs.map(([name, resource]) => ({ action: `s3:${name}`, resource })),
    bucket,
    key,
  });
  const tagged = header(request.headers, "x-amz-tagging") !== undefined || request.query.has("x-amz-tagging");
  const withTags: [string, string][] =
    tagged || form?.has("tagging") ? [["PutObjectTagging", objectArn]] : [];

  if (method === "POST" && request.query.has("delete")) {
    // S3 decides for each key by itself, so some may be denied there; here all must be granted.
    const keys = innerXml(request.body.toString("utf8"), "Object").map(
      (object) => textOf(object, "Key") ?? "",
    );
    return call(
      "DeleteObjects",
      ...keys.map((each): [string, string] => ["DeleteObject", `${bucketArn}/${each}`]),
    );
  }
  if (form !== undefined) return call("PostObject", ["PutObject", objectArn], ...withTags);
  if (request.key === "") {
    if (method === "HEAD") return call("HeadBucket", ["ListBucket", bucketArn]);
    if (method === "GET" && request.query.has("list-type")) {
      const prefix = request.query.get("prefix");
      const context = () => listConditions(prefix ?? undefined);
      return {
        ...call("ListObjectsV2"),
        needs: [{ action: "s3:ListBucket", resource: bucketArn, context }],
      };
    }
    return call(`${method} of a bucket`, ["*", bucketArn]);
  }
  if (request.query.has("tagging")) {
    if (method === "GET") return call("GetObjectTagging", ["GetObjectTagging", objectArn]);
    if (method === "PUT") return call("PutObjectTagging", ["PutObjectTagging", objectArn]);
    if (method === "DELETE") return call("DeleteObjectTagging", ["DeleteObjectTagging", objectArn]);
  }
  const other = ["uploads", "uploadId", "acl", "attributes", "retention", "legal-hold"].find((q) =>
    request.query.has(q),
  );
  if (other !== undefined) return call(`${method} with ?${other}`, ["*", objectArn]);
  switch (method) {
    case "PUT": {
      const source = copySource(request.headers);
      if (source === undefined) return call("PutObject", ["PutObject", objectArn], ...withTags);
      const from = `${source.bucket}/${source.key}`;
      return call("CopyObject", ["GetObject", `arn:aws:s3:::${from}`], ["PutObject", objectArn], ...withTags);
    }
    case "GET":
      return call("GetObject", ["GetObject", objectArn]);
    case "HEAD":
      return call("HeadObject", ["GetObject", objectArn]);
    case "DELETE":
      return call("DeleteObject", ["DeleteObject", objectArn]);
    default:
      return call(`${method} of an object`, ["*", objectArn]);
  }
}

function accessKeyIdOf(
  request: S3Request,
  form: ReadonlyMap<string, string> | undefined,
): string | undefined {
  const authorization = /Credential=([^/,\s]+)\//.exec(header(request.headers, "authorization") ?? "")?.[1];
  const credential = request.query.get("X-Amz-Credential") ?? form?.get("x-amz-credential");
  return authorization ?? credential?.split("/")[0];
}

/**
 * A form that can't be read is described without its fields; serving it says what is wrong with it.
 */
function formOf(request: S3Request): ReadonlyMap<string, string> {
  try {
    return parseForm(request.body, header(request.headers, "content-type") ?? "").fields;
  } catch {
    return new Map();
  }
}
