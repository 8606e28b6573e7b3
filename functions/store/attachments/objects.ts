/**
 * Single objects of the bucket. Only modules that send or remove files import this one: the client
 * for S3 takes a quarter as long to load as all else that a function needs.
 */
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { environment } from "../../kernel/runtime/environment.ts";

export const s3Client = new S3Client({});

/** The start of an object. */
export interface ObjectHead {
  /** With its quotes. */
  readonly etag: string;
  /** Bytes of the whole object. */
  readonly size: number;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/**
 * Returns whether S3 refused a read. It answers 403 for a missing key to callers who may not list
 * the bucket, as functions may not.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof S3ServiceException &&
    (error.$metadata.httpStatusCode === 403 || error.$metadata.httpStatusCode === 404)
  );
}

/** The tag by which GuardDuty marks what it has scanned, and its value for malware. */
const scanTag = { key: "GuardDutyMalwareScanStatus", threat: "THREATS_FOUND" } as const;

async function isThreat(key: string): Promise<boolean> {
  try {
    const { TagSet } = await s3Client.send(
      new GetObjectTaggingCommand({ Bucket: environment.bucketName, Key: key }),
    );
    return TagSet?.some((tag) => tag.Key === scanTag.key && tag.Value === scanTag.threat) ?? false;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

/**
 * Returns the first `length` bytes of an object and what S3 knows of it. Returns `threat` for
 * malware: the role of no function may read it.
 */
export async function getObjectHead(key: string, length: number): Promise<ObjectHead | "absent" | "threat"> {
  try {
    const object = await s3Client.send(
      new GetObjectCommand({ Bucket: environment.bucketName, Key: key, Range: `bytes=0-${length - 1}` }),
    );
    return {
      etag: object.ETag ?? "",
      size: Number(object.ContentRange?.split("/")[1]),
      mediaType: object.ContentType ?? "",
      bytes: (await object.Body?.transformToByteArray()) ?? new Uint8Array(),
    };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return (await isThreat(key)) ? "threat" : "absent";
  }
}

/**
 * Returns a whole object, which must be small; undefined if there is none, or no function may read
 * it.
 */
export async function getObject(
  key: string,
): Promise<{ readonly mediaType: string; readonly bytes: Uint8Array } | undefined> {
  try {
    const object = await s3Client.send(new GetObjectCommand({ Bucket: environment.bucketName, Key: key }));
    return {
      mediaType: object.ContentType ?? "",
      bytes: (await object.Body?.transformToByteArray()) ?? new Uint8Array(),
    };
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/**
 * Copies an object within the bucket. Returns false if its ETag changed, or it may not be read. It
 * copies no tags: the copy is scanned by itself, and copying them would take rights to read and
 * write tags. It copies no header except the type. An upload may bring headers that were not
 * signed, such as an encoding, and every download would have them.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export async function copyObject(
  from: string,
  to: string,
  { mediaType, etag }: { readonly mediaType: string; readonly etag?: string },
): Promise<boolean> {
  const { bucketName } = environment;
  try {
    await s3Client.send(
      new CopyObjectCommand({
        Bucket: bucketName,
        Key: to,
        CopySource: `${bucketName}/${from}`,
        TaggingDirective: "REPLACE",
        MetadataDirective: "REPLACE",
        ContentType: mediaType,
        ...(etag !== undefined && { CopySourceIfMatch: etag }),
      }),
    );
    return true;
  } catch (error) {
    if (isRefusal(error) || (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412))
      return false;
    throw error;
  }
}

/** Deletes an object, if there is one. */
export async function deleteObject(key: string): Promise<void> {
  await s3Client.send(new DeleteObjectCommand({ Bucket: environment.bucketName, Key: key }));
}
