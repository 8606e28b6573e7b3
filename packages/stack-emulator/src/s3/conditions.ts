/**
 * The actions on which a policy may ask for the tags of the object that is there:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
const askForTags = new Set([
  "s3:GetObject",
  "s3:GetObjectTagging",
  "s3:PutObjectTagging",
  "s3:DeleteObjectTagging",
]);

/** The condition keys `s3:ExistingObjectTag/<key>` of an action, for the tags of its object. */
export const tagConditions = (
  action: string,
  tags: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> =>
  askForTags.has(action)
    ? Object.fromEntries(
        Object.entries(tags).map(([key, value]) => [`s3:existingobjecttag/${key.toLowerCase()}`, [value]]),
      )
    : {};

/** The condition keys of a listing: its prefix, if it names one. */
export const listConditions = (prefix: string | undefined): Readonly<Record<string, readonly string[]>> =>
  prefix === undefined ? {} : { "s3:prefix": [prefix] };
