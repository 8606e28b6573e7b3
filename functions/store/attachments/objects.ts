/**
 * Objects of the bucket, one at a time. Imported only when a file is sent or removed, since the client for S3 takes a
 * quarter as long to load as all else that a function needs.
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

/** How an object begins. */
export interface ObjectHead {
  /** With its quotes. */
  readonly etag: string;
  /** Bytes, of the whole object. */
  readonly size: number;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/**
 * S3 answers 403 for a missing key to who may not list the bucket, as functions may not.
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
 * The first bytes of an object and what S3 knows of it. `threat`: it was found to be malware, which the role of no
 * function may read.
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

/** A whole object, which must be small; undefined where there is none, or nobody may read it. */
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
 * Copies an object within the bucket, if it is still the one with this ETag; false if it is not, or may not be read.
 * Tags are not copied: the copy is scanned by itself, and copying them would take rights to read and write tags. Nor are
 * headers, but for the type: an upload may bring some that nobody signed, such as an encoding, which every download
 * would then have.
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
