/** All objects of one room. */
import { DeleteObjectsCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { environment } from "../../kernel/runtime/environment.ts";
import { fileIdOfObject, objectKeys } from "../table/keys.ts";
import { s3Client } from "./objects.ts";

/** Yields the ids of the files with objects of a room, in pages of up to 1,000. */
export async function* listFileIds(roomId: string): AsyncGenerator<string[]> {
  let start: string | undefined;
  do {
    const page = await s3Client.send(
      new ListObjectsV2Command({
        Bucket: environment.bucketName,
        Prefix: objectKeys.attachedIn(roomId),
        ...(start !== undefined && { ContinuationToken: start }),
      }),
    );
    yield (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [fileIdOfObject(Key)]));
    start = page.NextContinuationToken;
  } while (start !== undefined);
}

/** Deletes the objects of up to 1,000 files of a room. Throws if S3 could not delete one. */
export async function deleteObjectsOf(roomId: string, fileIds: readonly string[]): Promise<void> {
  if (fileIds.length === 0) return;
  const { Errors } = await s3Client.send(
    new DeleteObjectsCommand({
      Bucket: environment.bucketName,
      Delete: { Objects: fileIds.map((id) => ({ Key: objectKeys.attached(roomId, id) })), Quiet: true },
    }),
  );
  const [error] = Errors ?? [];
  if (error) throw new Error(`S3 did not delete ${error.Key}: ${error.Code} ${error.Message}`);
}
