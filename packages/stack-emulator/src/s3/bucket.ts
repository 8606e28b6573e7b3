import type { Clock } from "../clock.ts";
import type { BucketConfig } from "./bucket-config.ts";
import { S3Error } from "./errors.ts";
import { isExpired } from "./lifecycle.ts";
import type { NewObject, ObjectFiles, StoredObject } from "./object-files.ts";

/** The change of an object, in the words of S3's event notifications. */
type ObjectEventName =
  | "ObjectCreated:Put"
  | "ObjectCreated:Post"
  | "ObjectCreated:Copy"
  | "ObjectRemoved:Delete"
  | "LifecycleExpiration:Delete";

export type ObjectEvent = { readonly name: ObjectEventName; readonly object: StoredObject };

/** One bucket: its objects that have not expired, and a listener for what happens to them. */
export interface Bucket {
  readonly config: BucketConfig;
  get(key: string): StoredObject | undefined;
  /** Throws NoSuchKey when there is none. */
  access(key: string): StoredObject;
  list(): readonly StoredObject[];
  read(object: StoredObject): Promise<Buffer>;
  put(
    event: ObjectEventName,
    object: NewObject,
    bytes: Buffer,
    precondition?: (existing: StoredObject | undefined) => void,
  ): Promise<StoredObject>;
  setTags(key: string, tags: Readonly<Record<string, string>>): void;
  delete(key: string): void;
  /** Deletes what the lifecycle rules have expired by the clock's time. */
  expire(): void;
}

export function openBucket(
  config: BucketConfig,
  files: ObjectFiles,
  clock: Clock,
  onEvent: (event: ObjectEvent) => void,
): Bucket {
  const get = (key: string): StoredObject | undefined => {
    const object = files.get(key);
    if (object === undefined || !isExpired(object, config.lifecycle, clock.now())) return object;
    remove(object, "LifecycleExpiration:Delete");
    return undefined;
  };
  const access = (key: string): StoredObject => {
    const object = get(key);
    if (object === undefined)
      throw new S3Error(404, "NoSuchKey", "The specified key does not exist.", { Key: key });
    return object;
  };
  const remove = (object: StoredObject, name: ObjectEventName): void => {
    files.delete(object.key);
    onEvent({ name, object });
  };
  const expire = (): void => {
    if (config.lifecycle.length === 0) return;
    for (const { key } of files.list()) get(key);
  };
  return {
    config,
    get,
    access,
    expire,
    list() {
      expire();
      return files.list();
    },
    read: (object) => files.read(object),
    async put(event, object, bytes, precondition) {
      get(object.key);
      const stored = await files.put(object, bytes, precondition);
      onEvent({ name: event, object: stored });
      return stored;
    },
    setTags(key, tags) {
      files.update({ ...access(key), tags });
    },
    delete(key) {
      const object = get(key);
      if (object !== undefined) remove(object, "ObjectRemoved:Delete");
    },
  };
}
