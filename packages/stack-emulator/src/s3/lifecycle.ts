import type { LifecycleRule } from "./bucket-config.ts";
import type { StoredObject } from "./object-files.ts";

const dayMs = 24 * 3600 * 1000;

/**
 * Whether a rule has expired the object. A rule of N days counts from the object's creation and is
 * rounded up to the next midnight UTC:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html S3 deletes
 * somewhat later than that; here it is at once. AbortIncompleteMultipartUpload has no effect, as
 * there are no multipart uploads.
 */
export function isExpired(object: StoredObject, rules: readonly LifecycleRule[], now: number): boolean {
  return rules.some((rule) => applies(rule, object) && now >= expiry(rule, object));
}

function applies(rule: LifecycleRule, object: StoredObject): boolean {
  if (!object.key.startsWith(rule.prefix)) return false;
  if (rule.sizeAbove !== undefined && object.size <= rule.sizeAbove) return false;
  if (rule.sizeBelow !== undefined && object.size >= rule.sizeBelow) return false;
  return [...rule.tags].every(([key, value]) => object.tags[key] === value);
}

function expiry(rule: LifecycleRule, object: StoredObject): number {
  if (rule.days === undefined) return rule.date ?? Number.POSITIVE_INFINITY;
  return Math.ceil((object.lastModified + rule.days * dayMs) / dayMs) * dayMs;
}
